// Decodes a region of a JPEG or PNG file into grey or RGB bytes; other modes convert as Pillow's `convert('RGB')`.
import sharp, { type OutputInfo } from 'sharp';
import { reasonOf } from '../../../common/errors.js';
import type { Box } from './crop-box.js';
import type { ImageHeader } from './header.js';

/** Pixels of a part of an image: rows from the top, 1 (grey) or 3 channels, last. */
export interface Pixels {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** Why an image could not be decoded, in one line: libvips gives one a problem, not all in words of use. */
function decodeFailure(error: unknown): Error {
  const lines = reasonOf(error).split('\n');
  const line = lines.find((each) => each.trim() !== '') ?? 'unknown';
  return new Error(line.replace(/^(Vips\w+|Input buffer|jpegload_buffer|pngload_buffer|spngload_buffer): /, ''), {
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

/** Drops the last of 2 or 4 channels, which is opacity. */
function withoutAlpha(bytes: Uint8Array, pixelCount: number, channels: number): Uint8Array {
  const kept = channels - 1;
  const plain = new Uint8Array(pixelCount * kept);
  for (let i = 0; i < pixelCount; i++) for (let c = 0; c < kept; c++) plain[i * kept + c] = bytes[i * channels + c];
  return plain;
}

/**
 * The pixels of a part of an image. Orientation tags and colour profiles are ignored, as torchvision's ImageFolder does.
 * Errors: an Error whose message is the reason: cut off, damaged.
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

function cut({ bytes, width, channels }: Pixels, box: Box): Pixels {
  const rowBytes = box.width * channels;
  const cutBytes = new Uint8Array(box.height * rowBytes);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * channels;
    cutBytes.set(bytes.subarray(from, from + rowBytes), y * rowBytes);
  }
  return { bytes: cutBytes, width: box.width, height: box.height, channels };
}
