// Text in charts: estimated width, wrapping and truncation.

/** Width as a fraction of the font size, rounded up from DejaVu Sans, one of the wider fonts that a reader may have. */
function letterWidth(letter: string): number {
  if (letter.codePointAt(0)! >= 0x250) return 1;
  if (/[iljI|.,:;'! ]/.test(letter)) return 0.4;
  if (/[mMWw%@±—]/.test(letter)) return 1;
  return /[A-Z+=<>_]/.test(letter) ? 0.84 : 0.64;
}

/** Estimates a text's width in pixels, generously, as the reader's fonts are not known. */
export function textWidth(text: string, size = 13): number {
  return [...text].reduce((sum, letter) => sum + letterWidth(letter) * size, 0);
}

/** Returns the text, truncated with an ellipsis if it is wider than `width` pixels. */
export function shorten(text: string, width: number, size = 13): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, size) > width) letters.pop();
  return `${letters.join('')}…`;
}

/** Splits a word into pieces of at most `width` pixels (at least one letter), if possible after a dash or similar. */
function piecesOf(word: string, width: number, size: number): string[] {
  const pieces: string[] = [];
  let rest = [...word];
  while (rest.length > 1 && textWidth(rest.join(''), size) > width) {
    let fitting = 1;
    while (textWidth(rest.slice(0, fitting + 1).join(''), size) <= width) fitting++;
    const sign = rest.slice(0, fitting).findLastIndex((letter) => /[-_/.,:;)=+]/.test(letter)) + 1;
    const end = sign > fitting / 2 ? sign : fitting;
    pieces.push(rest.slice(0, end).join(''));
    rest = rest.slice(end);
  }
  return [...pieces, rest.join('')];
}

/** Wraps the text into lines of at most `width` pixels, between words, and within a word that is too long. */
export function wrap(text: string, width: number, size = 13): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const [first, ...further] = piecesOf(word, width, size);
    const joined = lines.length === 0 ? first : `${lines[lines.length - 1]} ${first}`;
    if (lines.length > 0 && textWidth(joined, size) <= width) lines[lines.length - 1] = joined;
    else lines.push(first);
    lines.push(...further);
  }
  return lines;
}
