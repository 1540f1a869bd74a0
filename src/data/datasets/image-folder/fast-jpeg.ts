// Decodes ordinary JPEG files synchronously with libjpeg-turbo's fast transform, in half of sharp's time.
import type * as JpegTurbo from '@julusian/jpeg-turbo';
import { createRequire } from 'node:module';
import { cannot, reasonOf } from '../../../common/errors.js';
import type { ImageHeader } from './header.js';

/**
 * Writes the whole image's pixels (grey or RGB) to `target`; returns false if it cannot, so that sharp decides about
 * the file.
 */
export type DecodeJpeg = (bytes: Buffer, header: ImageHeader, target: Uint8Array<ArrayBuffer>) => boolean;

/** Returns the channels of an image that it decodes; undefined for files other than complete grey or colour JPEGs. */
export function fastChannels({ format, components, complete }: ImageHeader): 1 | 3 | undefined {
  if (format !== 'jpeg' || !complete) return undefined;
  return components === 1 || components === 3 ? components : undefined;
}

type Library = typeof JpegTurbo;

/** Loads the decoder. Errors: it does not run on this machine. */
export function loadFastJpeg(): DecodeJpeg {
  let library: Library;
  try {
    library = createRequire(import.meta.url)('@julusian/jpeg-turbo') as Library;
  } catch (error) {
    throw cannot('decode JPEG files fast', reasonOf(error).split('\n')[0], {
      code: 'data/decoder',
      hint: '--set dataset.decoding=exact does without the package @julusian/jpeg-turbo',
      cause: error,
    });
  }
  const { decompressSync, FORMAT_GRAY, FORMAT_RGB } = library;
  return (bytes, header, target) => {
    const format = header.components === 1 ? FORMAT_GRAY : FORMAT_RGB;
    try {
      const out = Buffer.from(target.buffer, target.byteOffset, target.length);
      const { width, height } = decompressSync(bytes, out, { format });
      return width === header.width && height === header.height;
    } catch {
      return false;
    }
  };
}
