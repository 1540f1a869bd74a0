// Parses JPEG and PNG headers: size, channels, and whether the file is complete.
import { otherFormat } from '../../../common/file-formats.js';
import { exifOrientation, pngOrientation, xmpOfSegment, xmpOrientation, type Orientation } from './orientation.js';

/** Names of the supported formats, for messages. */
export const readFormats = 'JPEG, PNG, WebP, AVIF, TIFF and GIF';

export interface ImageHeader {
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
  /** Colour components of a JPEG: 1 grey, 3 colours, 4 CMYK or YCCK; 0 for a PNG. */
  readonly components: number;
  /** Whether the image's end marker is present; a file without it is truncated. */
  readonly complete: boolean;
  /** Orientation, 1 … 8; absent if the image is upright. */
  readonly orientation?: Orientation;
}

/** Formats that are decoded as a whole; the size of the image is known only then. */
type WholeFormat = 'WebP' | 'AVIF' | 'TIFF' | 'GIF';

/** Whether a HEIF container has AV1 images: by its brand or, if that is general, by a compatible one, as in Pillow. */
function isAvif(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return false;
  const brand = bytes.toString('latin1', 8, 12);
  const isGeneral = brand === 'mif1' || brand === 'msf1';
  const compatible = isGeneral ? bytes.toString('latin1', 16, bytes.readUInt32BE(0)).match(/.{4}/gs) : [];
  return [brand, ...(compatible ?? [])].some((each) => each === 'avif' || each === 'avis');
}

/** Returns the format of a file that is decoded as a whole; undefined for others. */
export function wholeFormat(bytes: Buffer): WholeFormat | undefined {
  const text = bytes.toString('latin1', 0, 12);
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'WebP';
  if (text.startsWith('GIF8')) return 'GIF';
  // With + instead of *: BigTIFF, for files of more than 4 GB.
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'TIFF';
  return isAvif(bytes) ? 'AVIF' : undefined;
}

/**
 * Maximum number of pixels that are decoded, as in Pillow, which treats larger images as an attempt to exhaust the
 * memory.
 */
export const maxPixels = 178_956_970;

/** Returns the reason why an image of this size is not decoded, if any. */
function sizeObjection(width: number, height: number): string | undefined {
  if (height === 0 || width === 0) return 'its header gives a width or height of 0';
  if (width * height <= maxPixels) return undefined;
  return `its header gives the size ${width} x ${height}, more than ${maxPixels} pixels`;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Markers without a length: TEM, RST0 … RST7, SOI. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Start of frame, baseline to arithmetic, without the tables DHT, JPG and DAC in the same range. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function readJpeg(bytes: Buffer): ImageHeader | string {
  let at = 2;
  let exif: Orientation | undefined;
  let xmp: Orientation | undefined;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1];
    // Stray bytes before a marker, including a stuffed zero, are skipped as by libjpeg; 0xff may be padding.
    if (bytes[at] !== 0xff || marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0 || isBare(marker)) {
      at += 2;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (marker === 0xe1) {
      const segment = bytes.subarray(at + 4, at + 2 + length);
      exif ??= exifOrientation(segment);
      xmp ??= xmpOrientation(xmpOfSegment(segment));
    }
    if (isFrame(marker)) {
      if (at + 10 > bytes.length) break;
      const height = bytes.readUInt16BE(at + 5);
      const width = bytes.readUInt16BE(at + 7);
      const objection = sizeObjection(width, height);
      if (objection !== undefined) return objection;
      // In Huffman coding, every block of 8 x 8 pixels takes at least one bit.
      const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
      if (marker < 0xc8 && blocks > 8 * bytes.length)
        return `its header gives the size ${width} x ${height}, too large for a file of ${bytes.length} bytes`;
      // Within a scan 0xff is followed by 0 or a restart marker, so the last occurrences of these markers are real.
      const complete =
        bytes.lastIndexOf('\xff\xd9', undefined, 'latin1') > bytes.lastIndexOf('\xff\xda', undefined, 'latin1');
      const orientation = exif ?? xmp;
      const turn = orientation === undefined || orientation === 1 ? {} : { orientation };
      return { format: 'jpeg', width, height, components: bytes[at + 9], complete, ...turn };
    }
    if (marker === 0xda || marker === 0xd9) return 'its header has no size';
    // A length includes its own two bytes, which are always skipped.
    at += 2 + Math.max(length, 2);
  }
  return 'it is cut off within its header';
}

/** Reads the header of an image file's bytes, or returns the reason why it is not a supported image. */
export function readHeader(bytes: Buffer): ImageHeader | string {
  if (bytes.length === 0) return 'it is empty';
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpeg(bytes);
  if (bytes.subarray(0, 8).equals(pngSignature)) {
    if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') return 'it is cut off within its header';
    const width = bytes.readUInt32BE(16);
    const height = bytes.readUInt32BE(20);
    const objection = sizeObjection(width, height);
    if (objection !== undefined) return objection;
    const complete = bytes.includes('IEND', -12, 'latin1');
    const orientation = pngOrientation(bytes);
    const turn = orientation === undefined || orientation === 1 ? {} : { orientation };
    return { format: 'png', width, height, components: 0, complete, ...turn };
  }
  const other = otherFormat(bytes);
  return other === undefined ? 'it is not an image' : `it is ${other}; supported formats are ${readFormats}`;
}
