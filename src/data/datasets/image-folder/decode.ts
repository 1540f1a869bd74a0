// Decodes a region of a JPEG or PNG file, or a whole file of any supported format, to grey or RGB bytes; other modes
// are converted as by Pillow's `convert('RGB')`.
import sharp, { type OutputInfo } from 'sharp';
import { reasonOf } from '../../../common/errors.js';
import type { Box } from './crop-box.js';
import { maxPixels, type ImageHeader } from './header.js';
import { xmpOrientation, type Orientation } from './orientation.js';
import { cut, type Pixels } from './pixels.js';

/**
 * Returns the reason of a decoding failure in one line: libvips reports one line per problem, not all of them useful.
 */
function decodeFailure(error: unknown): Error {
  const lines = reasonOf(error).split('\n');
  const line = lines.find((each) => each.trim() !== '') ?? 'unknown';
  return new Error(line.replace(/^((Vips\w+|Input buffer( has corrupt header)?|\w+load_buffer|image|source): )+/, ''), {
    cause: error,
  });
}

/** Converts CMYK to RGB, with Pillow's rounding of (255 − k)(255 − c) / 255. */
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

/** Returns the first `kept` of `channels` channels: the colours, without the opacity and other channels. */
function firstChannels(bytes: Uint8Array, pixelCount: number, channels: number, kept: number): Uint8Array {
  if (channels === kept) return bytes;
  const plain = new Uint8Array(pixelCount * kept);
  for (let i = 0; i < pixelCount; i++) for (let c = 0; c < kept; c++) plain[i * kept + c] = bytes[i * channels + c];
  return plain;
}

/** Interpretations of libvips in which the first channel is grey. */
const greySpaces: readonly (string | undefined)[] = ['b-w', 'grey16', 'multiband'];

/**
 * Decodes a part of an image. Orientation tags and colour profiles are ignored, as in torchvision's ImageFolder.
 * Errors: an Error whose message is the reason: truncated, damaged.
 */
export async function decodePart(bytes: Buffer, header: ImageHeader, box: Box): Promise<Pixels> {
  const whole = box.height === header.height && box.width === header.width;
  // A truncated file is decoded to its end for any part, so that it is broken for every crop or for none.
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
  const channels = info.channels < 3 ? 1 : 3;
  return { bytes: firstChannels(data, count, info.channels, channels), width, height, channels };
}

/**
 * Decodes the first frame or page of an image of any supported format, and returns its orientation, if any; that of
 * AVIF is already applied. Errors: as `decodePart`; channels that are not grey, RGB or CMYK, as of satellite images.
 */
export async function decodeWhole(
  bytes: Buffer,
): Promise<{ readonly pixels: Pixels; readonly orientation: Orientation; readonly isTiff: boolean }> {
  try {
    const image = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: maxPixels });
    const about = await image.metadata();
    const { format, space, channels: stored = 0 } = about;
    // Grey with an opacity has two. Pillow refuses more, too.
    if (greySpaces.includes(space) && stored > 2) throw new Error(`its ${stored} channels are not grey, RGB or CMYK`);
    const isCmyk = space === 'cmyk';
    const decoding = isCmyk ? image.pipelineColourspace('cmyk').toColourspace('cmyk') : image.toColourspace('srgb');
    const { data, info } = await decoding.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const count = width * height;
    const channels = info.channels < 3 ? 1 : 3;
    const plain = firstChannels(data, count, info.channels, isCmyk ? 4 : channels);
    const pixels: Pixels = { bytes: isCmyk ? cmykToRgb(plain, count) : plain, width, height, channels };
    const isTiff = format === 'tiff';
    const fromXmp = isTiff ? undefined : xmpOrientation(about.xmp);
    const orientation = (about.orientation ?? fromXmp ?? 1) as Orientation;
    const isTurned = format === 'heif';
    return { pixels, orientation: isTurned ? 1 : orientation, isTiff };
  } catch (error) {
    throw decodeFailure(error);
  }
}
