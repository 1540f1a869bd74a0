// Decodes a region of a JPEG or PNG file, or a whole file of any format, into grey or RGB bytes; other modes convert as
// Pillow's `convert('RGB')`.
import sharp, { type OutputInfo } from 'sharp';
import { reasonOf } from '../../../common/errors.js';
import type { Box } from './crop-box.js';
import { maxPixels, type ImageHeader } from './header.js';
import type { Orientation } from './orientation.js';
import { cut, type Pixels } from './pixels.js';

/** Why an image could not be decoded, in one line: libvips gives one a problem, not all in words of use. */
function decodeFailure(error: unknown): Error {
  const lines = reasonOf(error).split('\n');
  const line = lines.find((each) => each.trim() !== '') ?? 'unknown';
  return new Error(line.replace(/^((Vips\w+|Input buffer( has corrupt header)?|\w+load_buffer|image|source): )+/, ''), {
    cause: error,
  });
}

/** Four colours to RGB: Pillow's rounding of (255 − k)(255 − c) / 255. */
function cmykToRgb(bytes: Uint8Array, pixelCount: number): Uint8Array {
  const rgb = new Uint8Array(3 * pixelCount);
  for (let i = 0; i < pixelCount; i++) {
    const light = 255 - bytes[4 * i + 3];
    for (let channel = 0; channel < 3; channel++) {
      const product = bytes[4 * i + channel] * light + 128;
      rgb[3 * i + channel] = Math.max(0, light - (((product >> 8) + product) >> 8));
    }
  }
  return rgb;
}

/** Drops the last of several channels, which is opacity. */
function withoutAlpha(bytes: Uint8Array, pixelCount: number, channels: number): Uint8Array {
  const kept = channels - 1;
  const plain = new Uint8Array(pixelCount * kept);
  for (let i = 0; i < pixelCount; i++) for (let c = 0; c < kept; c++) plain[i * kept + c] = bytes[i * channels + c];
  return plain;
}

/**
 * The pixels of a part of an image. Orientation tags and colour profiles are ignored, as torchvision's ImageFolder
 * does. Errors: an Error whose message is the reason: cut off, damaged.
 */
export async function decodePart(bytes: Buffer, header: ImageHeader, box: Box): Promise<Pixels> {
  const whole = box.height === header.height && box.width === header.width;
  // A file that is cut off is decoded to its end whatever the part, so that it is broken for every crop or for none.
  const part = header.complete && !whole;
  try {
    let image = sharp(bytes, { failOn: 'error', ignoreIcc: true });
    if (header.components === 4) image = image.pipelineColourspace('cmyk').toColourspace('cmyk');
    if (part) image = image.extract(box);
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    const decoded = toPixels(data, info, header);
    return part || whole ? decoded : cut(decoded, box);
  } catch (error) {
    throw decodeFailure(error);
  }
}

function toPixels(data: Buffer, info: OutputInfo, header: ImageHeader): Pixels {
  const { width, height } = info;
  const count = width * height;
  if (header.components === 4) return { bytes: cmykToRgb(data, count), width, height, channels: 3 };
  if (info.channels === 1 || info.channels === 3) return { bytes: data, width, height, channels: info.channels };
  return { bytes: withoutAlpha(data, count, info.channels), width, height, channels: info.channels === 2 ? 1 : 3 };
}

/**
 * The pixels of the first frame or page of an image of any format that is read, with its EXIF orientation where there
 * is one; AVIF's own is applied already. Errors: as of `decodePart`.
 */
export async function decodeWhole(
  bytes: Buffer,
): Promise<{ readonly pixels: Pixels; readonly orientation: Orientation; readonly isTiff: boolean }> {
  try {
    const image = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: maxPixels });
    const { format, orientation = 1, space } = await image.metadata();
    const isCmyk = space === 'cmyk';
    const decoding = isCmyk ? image.pipelineColourspace('cmyk').toColourspace('cmyk') : image.toColourspace('srgb');
    const { data, info } = await decoding.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const count = width * height;
    const isPlain = channels === 1 || channels === 3 || (isCmyk && channels === 4);
    const plain = isPlain ? data : withoutAlpha(data, count, channels);
    const colours = isCmyk ? cmykToRgb(plain, count) : plain;
    const pixels: Pixels = { bytes: colours, width, height, channels: channels < 3 ? 1 : 3 };
    const isTurned = format === 'heif';
    return { pixels, orientation: isTurned ? 1 : (orientation as Orientation), isTiff: format === 'tiff' };
  } catch (error) {
    throw decodeFailure(error);
  }
}
