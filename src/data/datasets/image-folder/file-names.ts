// File names as text. Those that are not UTF-8 (such as Latin-1) keep their bytes, as in Python's surrogateescape.
import { isUtf8 } from 'node:buffer';

/** Added to a byte that is not UTF-8, which gives a lone surrogate; valid UTF-8 text has none. */
const escape = 0xdc00;

/** Decodes the bytes of a name. */
export function decodeName(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let name = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((count) => at + count <= bytes.length && isUtf8(bytes.subarray(at, at + count)));
    name += length === undefined ? String.fromCharCode(escape + bytes[at]) : bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return name;
}

const escaped = /([\udc80-\udcff])/u;

/** Returns the bytes of a name or path. */
export function nameBytes(name: string): Buffer {
  if (!escaped.test(name)) return Buffer.from(name);
  const parts = name.split(escaped);
  return Buffer.concat(
    parts.map((part) => (escaped.test(part) ? Buffer.of(part.charCodeAt(0) - escape) : Buffer.from(part))),
  );
}

/** Returns a path for the file functions of Node.js. */
export const filePath = (path: string): string | Buffer => (escaped.test(path) ? nameBytes(path) : path);

/** Normalizes a name for comparison: on disks a letter with an accent is one character or two. */
export const comparable = (name: string): string => name.normalize('NFC');
