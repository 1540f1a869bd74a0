// File names as text, those too that are not UTF-8 (Latin-1, say), which keep their bytes as Python's surrogateescape
// does.
import { isUtf8 } from 'node:buffer';

/** Added to a byte that is no part of UTF-8: a lone surrogate, which no UTF-8 text holds. */
const escape = 0xdc00;

/** The name whose bytes these are. */
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

/** The bytes of a name or path. */
export function nameBytes(name: string): Buffer {
  if (!escaped.test(name)) return Buffer.from(name);
  const parts = name.split(escaped);
  return Buffer.concat(
    parts.map((part) => (escaped.test(part) ? Buffer.of(part.charCodeAt(0) - escape) : Buffer.from(part))),
  );
}

/** A path as Node's file functions take it. */
export const filePath = (path: string): string | Buffer => (escaped.test(path) ? nameBytes(path) : path);

/** A name in the one spelling by which names are compared: letters with accents are one character or two on disks. */
export const comparable = (name: string): string => name.normalize('NFC');
