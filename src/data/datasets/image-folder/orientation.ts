// Reads the EXIF orientation of an image from the bytes of its file.

/** Values of EXIF: 1 upright, 2 mirrored, 3 upside down, … 6 to be rotated clockwise, 8 counterclockwise. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const orientationTag = 0x0112;
/** The type of 32-bit numbers; the standard demands one of 16 bits, but Pillow takes both. */
const longType = 4;

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
    const value = short(at + 2) === longType ? long(at + 8) : short(at + 8);
    return value >= 1 && value <= 8 ? (value as Orientation) : undefined;
  }
  return undefined;
}

/** Returns the orientation in the content of a JPEG's APP1 segment; undefined if that is not EXIF. */
export function exifOrientation(segment: Buffer): Orientation | undefined {
  return segment.toString('latin1', 0, 6) === 'Exif\0\0' ? tiffOrientation(segment.subarray(6)) : undefined;
}

/** Returns the orientation in the eXIf chunk of a PNG; undefined if there is none. */
export function pngOrientation(bytes: Buffer): Orientation | undefined {
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString('latin1', at + 4, at + 8);
    if (kind === 'eXIf') return tiffOrientation(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return undefined;
}
