// The characters of a TrueType font: its cmap table (OpenType specification, "cmap", formats 4 and 12).

/** The subtables that map Unicode, as platform/encoding, the most complete first. */
const unicodeTables = ['3/10', '0/6', '0/4', '3/1', '0/3'];

function tableAt(font: DataView, tag: string): number {
  for (let at = 12; at < 12 + 16 * font.getUint16(4); at += 16) {
    const name = String.fromCharCode(...[0, 1, 2, 3].map((byte) => font.getUint8(at + byte)));
    if (name === tag) return font.getUint32(at + 8);
  }
  throw new Error(`the font has no table ${tag}`);
}

/** Format 4: whether a character of the basic plane has a glyph, by segments of characters. */
function glyphOfSegments(font: DataView, at: number): (code: number) => boolean {
  const segments = font.getUint16(at + 6) / 2;
  const ends = at + 14;
  const starts = ends + 2 * segments + 2;
  const deltas = starts + 2 * segments;
  const offsets = deltas + 2 * segments;
  return (code) => {
    for (let segment = 0; segment < segments; segment++) {
      if (code > font.getUint16(ends + 2 * segment)) continue;
      const start = font.getUint16(starts + 2 * segment);
      if (code < start) return false;
      const offset = font.getUint16(offsets + 2 * segment);
      const delta = font.getUint16(deltas + 2 * segment);
      if (offset === 0) return ((code + delta) & 0xffff) !== 0;
      // An offset is relative to its own position.
      return font.getUint16(offsets + 2 * segment + offset + 2 * (code - start)) !== 0;
    }
    return false;
  };
}

/** Format 12: whether a character has a glyph, by groups of characters. */
function glyphOfGroups(font: DataView, at: number): (code: number) => boolean {
  const groups = Array.from({ length: font.getUint32(at + 12) }, (_, group) => at + 16 + 12 * group);
  return (code) => groups.some((group) => font.getUint32(group) <= code && code <= font.getUint32(group + 4));
}

/** Returns a function that tells whether the font has a glyph for a code point. Errors: not such a font. */
export function glyphsOf(bytes: Uint8Array): (code: number) => boolean {
  const font = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cmap = tableAt(font, 'cmap');
  const found = new Map<string, number>();
  for (let at = cmap + 4; at < cmap + 4 + 8 * font.getUint16(cmap + 2); at += 8) {
    found.set(`${font.getUint16(at)}/${font.getUint16(at + 2)}`, cmap + font.getUint32(at + 4));
  }
  for (const name of unicodeTables) {
    const at = found.get(name);
    const format = at === undefined ? undefined : font.getUint16(at);
    if (at !== undefined && format === 12) return glyphOfGroups(font, at);
    if (at !== undefined && format === 4) return glyphOfSegments(font, at);
  }
  throw new Error('the font maps no Unicode characters');
}

/** Characters that need no glyph: white space, and those that only modify others. */
const isInvisible = /[\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

/** Returns the characters in an SVG's text elements that a font lacks, each once, in the order of occurrence. */
export function missingCharacters(svg: string, hasGlyph: (code: number) => boolean): readonly string[] {
  const texts = [...svg.matchAll(/<text\b[^>]*>([^]*?)<\/text>/g)].map(([, content]) =>
    content.replaceAll(/<[^>]*>/g, ''),
  );
  const characters = new Set(texts.flatMap((text) => [...text]));
  return [...characters].filter((each) => !isInvisible.test(each) && !hasGlyph(each.codePointAt(0) ?? 0));
}
