// Reads the orientation of an image from its EXIF data, or from XMP if these have none, as Pillow's `exif_transpose`.
import { inflateSync } from 'node:zlib';

/** Values of EXIF: 1 upright, 2 mirrored, 3 upside down, … 6 to be rotated clockwise, 8 counterclockwise. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const orientationTag = 0x0112;
/** The type of 32-bit numbers; the standard demands one of 16 bits, but Pillow takes both. */
const longType = 4;

/** Returns the orientation of a number in a file; other numbers than 1 … 8 mean upright. */
const orientationOf = (value: number): Orientation => (value >= 1 && value <= 8 ? (value as Orientation) : 1);

/** Returns the orientation in a TIFF structure, the form of EXIF data; undefined if it has none or is damaged. */
function tiffOrientation(bytes: Buffer): Orientation | undefined {
  if (bytes.length < 14) return undefined;
  const little = bytes.toString('latin1', 0, 2) === 'II';
  if (!little && bytes.toString('latin1', 0, 2) !== 'MM') return undefined;
  const short = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const start = long(4);
  if (start + 2 > bytes.length) return undefined;
  const entries = short(start);
  for (let at = start + 2, left = entries; left > 0 && at + 12 <= bytes.length; at += 12, left--) {
    if (short(at) !== orientationTag) continue;
    return orientationOf(short(at + 2) === longType ? long(at + 8) : short(at + 8));
  }
  return undefined;
}

/** Returns the orientation in the content of a JPEG's APP1 segment; undefined if that is not EXIF. */
export function exifOrientation(segment: Buffer): Orientation | undefined {
  return segment.toString('latin1', 0, 6) === 'Exif\0\0' ? tiffOrientation(segment.subarray(6)) : undefined;
}

/** Returns the orientation in XMP metadata; undefined if there are none, or none in them. */
export function xmpOrientation(xmp: Buffer | undefined): Orientation | undefined {
  if (xmp === undefined) return undefined;
  const found = /tiff:Orientation(?:="|>)([0-9])/.exec(xmp.toString('latin1'));
  return found === null ? undefined : orientationOf(Number(found[1]));
}

/** The name in front of the XMP metadata in a JPEG's APP1 segment. */
const xmpName = 'http://ns.adobe.com/xap/1.0/\0';

/** Returns the XMP metadata of a JPEG's APP1 segment; undefined if it has other content. */
export const xmpOfSegment = (segment: Buffer): Buffer | undefined =>
  segment.toString('latin1', 0, xmpName.length) === xmpName ? segment.subarray(xmpName.length) : undefined;

/** The maximum length of a compressed text in Pillow. */
const maxText = 2 ** 20;

/** Splits the content of a PNG's text chunk after its first zero bytes. */
function fieldsOf(content: Buffer, zeros: number): readonly Buffer[] {
  const fields: Buffer[] = [];
  let rest = content;
  while (fields.length < zeros) {
    const end = rest.indexOf(0);
    if (end === -1) break;
    fields.push(rest.subarray(0, end));
    rest = rest.subarray(end + 1);
  }
  return [...fields, rest];
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: maxText });
  } catch {
    // As if the text were not there: it is not the image.
    return Buffer.alloc(0);
  }
}

interface PngText {
  readonly keyword: string;
  /** Returns the text, decompressed if necessary. */
  readonly read: () => Buffer;
}

/** Returns the text of a PNG's text chunk; undefined for other chunks. */
function textOf(kind: string, content: Buffer): PngText | undefined {
  if (!['tEXt', 'zTXt', 'iTXt'].includes(kind)) return undefined;
  const [name, rest = Buffer.alloc(0)] = fieldsOf(content, 1);
  const keyword = name.toString('latin1');
  if (kind === 'tEXt') return { keyword, read: () => rest };
  if (kind === 'zTXt') return { keyword, read: () => inflated(rest.subarray(1)) };
  // Two bytes about the compression, then the language and the translated keyword.
  const text = fieldsOf(rest.subarray(2), 2).at(2) ?? Buffer.alloc(0);
  return { keyword, read: () => (rest[0] === 1 ? inflated(text) : text) };
}

/** Returns the orientation in EXIF data that ImageMagick has written as text: three lines, then hexadecimal digits. */
function rawOrientation(text: Buffer): Orientation | undefined {
  const exif = Buffer.from(text.toString('latin1').split('\n').slice(3).join(''), 'hex');
  return exifOrientation(exif) ?? tiffOrientation(exif);
}

/** Returns the orientation of a PNG: in its eXIf chunk, else in EXIF data as text, else in XMP. */
export function pngOrientation(bytes: Buffer): Orientation | undefined {
  let exif: Orientation | undefined;
  let raw: Orientation | undefined;
  let xmp: Orientation | undefined;
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'eXIf') exif ??= tiffOrientation(content);
    const text = textOf(kind, content);
    if (text?.keyword === 'Raw profile type exif') raw ??= rawOrientation(text.read());
    if (text?.keyword === 'XML:com.adobe.xmp') xmp ??= xmpOrientation(text.read());
    at += 12 + length;
  }
  return exif ?? raw ?? xmp;
}
