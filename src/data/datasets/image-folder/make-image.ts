// Reads, decodes, crops and resizes one image file.
import { reasonOf } from '../../../common/errors.js';
import { BrokenImage } from '../../reader.js';
import type { Size } from './crop-box.js';
import { decodePart, decodeWhole } from './decode.js';
import { fastChannels, type DecodeJpeg } from './fast-jpeg.js';
import { neededPart, type Geometry } from './geometry.js';
import { readImageFile, type ImageFile } from './image-file.js';
import { cut, turned, type Pixels } from './pixels.js';
import type { Resampler } from './resample.js';

interface ImageDecoding {
  readonly resampler: Resampler;
  /** For ordinary JPEG files. */
  readonly decode?: DecodeJpeg | undefined;
  /** Whether images are rotated by their EXIF orientation. */
  readonly turns?: boolean;
}

/** Decodes a whole image; rotated if `turns`, a TIFF always, as by Pillow. Errors: a BrokenImage. */
export async function wholeImage(path: string, { bytes, header }: ImageFile, turns: boolean): Promise<Pixels> {
  try {
    if (header === undefined) {
      const { pixels, orientation, isTiff } = await decodeWhole(bytes);
      return turns || isTiff ? turned(pixels, orientation) : pixels;
    }
    const { width, height, orientation = 1 } = header;
    const pixels = await decodePart(bytes, header, { top: 0, left: 0, width, height });
    return turns ? turned(pixels, orientation) : pixels;
  } catch (error) {
    throw new BrokenImage(path, reasonOf(error), error);
  }
}

/** Resizes the required part of an image and passes it to `use`. */
function useParts(part: Pixels, geometry: Geometry, resampler: Resampler, use: (pixels: Uint8Array) => void): void {
  resampler.room(part.bytes.length).set(part.bytes);
  const layout = { channels: part.channels, stride: part.width * part.channels, origin: 0 };
  use(resampler.resize(layout, geometry.horizontal, geometry.vertical));
}

/**
 * Passes the pixels of the image file at `path`, resized by `geometryOf`, to `use`: RGB, valid only within that call.
 * Synchronously if `decode` can decode it, else later, after decoding on another thread. Errors: a BrokenImage.
 */
export function makeImage(
  path: string,
  geometryOf: (image: Size) => Geometry,
  { resampler, decode, turns = false }: ImageDecoding,
  use: (pixels: Uint8Array) => void,
): void | Promise<void> {
  const file = readImageFile(path);
  const { bytes, header } = file;
  if (header === undefined || (turns && header.orientation !== undefined)) {
    return wholeImage(path, file, turns).then((whole) => {
      const geometry = geometryOf(whole);
      useParts(cut(whole, neededPart(geometry)), geometry, resampler, use);
    });
  }
  const geometry = geometryOf(header);
  const { horizontal, vertical } = geometry;
  const part = neededPart(geometry);
  const channels = fastChannels(header);
  if (decode !== undefined && channels !== undefined) {
    const stride = header.width * channels;
    const room = resampler.room(stride * header.height);
    if (decode(bytes, header, room)) {
      const origin = part.top * stride + part.left * channels;
      return use(resampler.resize({ channels, stride, origin }, horizontal, vertical));
    }
  }
  return decodePart(bytes, header, part).then(
    (pixels) => useParts(pixels, geometry, resampler, use),
    (error: unknown) => {
      throw new BrokenImage(path, reasonOf(error), error);
    },
  );
}
