// Operations that map each byte by itself: invert, posterize, solarize. Results equal Pillow's ImageOps, byte for byte.
import { imageBytes, type ImageFormat } from '../../image-format.js';
import { createLookup, type Operation } from './operation.js';

function createLevels(format: ImageFormat, level: (value: number) => number): Operation {
  return createLookup(
    imageBytes(format),
    Uint8Array.from({ length: 256 }, (_, value) => level(value)),
  );
}

/** Inverts each byte. */
export function createInvert(format: ImageFormat): Operation {
  return createLevels(format, (value) => 255 - value);
}

/** Keeps the highest `bits` (1 to 8) of each byte. */
export function createPosterize(format: ImageFormat, bits: number): Operation {
  const mask = ~(2 ** (8 - bits) - 1);
  return createLevels(format, (value) => value & mask);
}

/** Inverts the bytes that are at least `threshold` (256: none, 0: all). */
export function createSolarize(format: ImageFormat, threshold: number): Operation {
  return createLevels(format, (value) => (value < threshold ? value : 255 - value));
}
