// Reads, decodes, crops and resizes one image file.
import { reasonOf } from '../../../common/errors.js';
import { BrokenImage } from '../../reader.js';
import type { Size } from './crop-box.js';
import { decodePart } from './decode.js';
import { fastChannels, type DecodeJpeg } from './fast-jpeg.js';
import { neededPart, type Geometry } from './geometry.js';
import { readImageFile } from './image-file.js';
import type { Resampler } from './resample.js';

/**
 * Hands `use` the pixels of the image file at `path` as `geometryOf` says, RGB; they are valid only within that call. At once
 * where `decode` can, else later, after decoding on another thread. Throws a BrokenImage.
 */
export function makeImage(
  path: string,
  geometryOf: (image: Size) => Geometry,
  { resampler, decode }: { readonly resampler: Resampler; readonly decode?: DecodeJpeg | undefined },
  use: (pixels: Uint8Array) => void,
): void | Promise<void> {
  const { bytes, header } = readImageFile(path);
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
    (pixels) => {
      resampler.room(pixels.bytes.length).set(pixels.bytes);
      const layout = { channels: pixels.channels, stride: pixels.width * pixels.channels, origin: 0 };
      use(resampler.resize(layout, horizontal, vertical));
    },
    (error: unknown) => {
      throw new BrokenImage(path, reasonOf(error), error);
    },
  );
}
