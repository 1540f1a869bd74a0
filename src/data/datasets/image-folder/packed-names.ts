// A list of file names in two shared buffers, which worker threads use without copying.
import { decodeName, nameBytes } from './file-names.js';

export interface PackedNames {
  /** The concatenated bytes of the names. */
  readonly text: Uint8Array<SharedArrayBuffer>;
  /** The end of each name in `text`. */
  readonly ends: Uint32Array<SharedArrayBuffer>;
}

/** Packs names in order. */
export function packNames(names: readonly string[]): PackedNames {
  const encoded = names.map(nameBytes);
  const total = encoded.reduce((sum, name) => sum + name.length, 0);
  const text = new Uint8Array(new SharedArrayBuffer(total));
  const ends = new Uint32Array(new SharedArrayBuffer(4 * names.length));
  let end = 0;
  encoded.forEach((name, index) => {
    text.set(name, end);
    end += name.length;
    ends[index] = end;
  });
  return { text, ends };
}

/** Returns the name at a position. */
export function nameAt({ text, ends }: PackedNames, index: number): string {
  const start = index === 0 ? 0 : ends[index - 1];
  return decodeName(Buffer.from(text.buffer, start, ends[index] - start));
}
