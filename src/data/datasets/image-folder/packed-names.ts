// A list of file names in two shared buffers, which worker threads use without copying.

export interface PackedNames {
  /** The names in UTF-8, one after another. */
  readonly text: Uint8Array<SharedArrayBuffer>;
  /** Where each name ends in `text`. */
  readonly ends: Uint32Array<SharedArrayBuffer>;
}

/** Packs names in their order. */
export function packNames(names: readonly string[]): PackedNames {
  const total = names.reduce((sum, name) => sum + Buffer.byteLength(name), 0);
  const text = new Uint8Array(new SharedArrayBuffer(total));
  const ends = new Uint32Array(new SharedArrayBuffer(4 * names.length));
  const buffer = Buffer.from(text.buffer);
  let end = 0;
  names.forEach((name, index) => {
    end += buffer.write(name, end);
    ends[index] = end;
  });
  return { text, ends };
}

/** The name at a position. */
export function nameAt({ text, ends }: PackedNames, index: number): string {
  const start = index === 0 ? 0 : ends[index - 1];
  return Buffer.from(text.buffer, start, ends[index] - start).toString();
}
