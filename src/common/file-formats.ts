// Names the formats of files that are met under an image's name and are not read.

/** What a file of a format has at a byte of its own. */
const signatures: readonly (readonly [at: number, text: string, name: string])[] = [
  [0, 'GIF8', 'a GIF image'],
  [8, 'WEBP', 'a WebP image'],
  [0, 'II*\0', 'a TIFF image'],
  [0, 'MM\0*', 'a TIFF image'],
  [4, 'ftypavi', 'an AVIF image'],
  [4, 'ftyphe', 'a HEIF image'],
  [4, 'ftypmif1', 'a HEIF image'],
  [0, '\xff\n', 'a JPEG XL image'],
  [4, 'JXL ', 'a JPEG XL image'],
  [4, 'jP\x20\x20', 'a JPEG 2000 image'],
  [0, '8BPS', 'a Photoshop file'],
  [0, '%PDF-', 'a PDF file'],
  [0, 'PK\x03\x04', 'a zip archive'],
  [0, '\x1f\x8b', 'a gzip archive'],
  [0, 'version https://git-lfs', 'a Git LFS pointer in place of the file (`git lfs pull` gets it)'],
];

/** The same of text, which may begin with white space; in lower case. */
const beginnings: readonly (readonly [start: string, name: string])[] = [
  ['<!doctype html', 'a web page'],
  ['<html', 'a web page'],
  ['<svg', 'an SVG or XML file'],
  ['<?xml', 'an SVG or XML file'],
];

/** BMP: two letters, the size of the file, two reserved numbers of 0. */
const isBitmap = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 0, 2) === 'BM' && bytes.length > 25 && bytes.readUInt32LE(6) === 0;

/** The kind of a file that is neither a JPEG nor a PNG, where its first bytes tell it: `a GIF image`. */
export function otherFormat(bytes: Buffer): string | undefined {
  const signature = signatures.find(([at, text]) => bytes.toString('latin1', at, at + text.length) === text);
  if (signature !== undefined) return signature[2];
  if (isBitmap(bytes)) return 'a BMP image';
  const text = bytes.toString('utf8', 0, 64).trimStart().toLowerCase();
  return beginnings.find(([start]) => text.startsWith(start))?.[1];
}
