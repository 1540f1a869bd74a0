// Random horizontal flip.
import { imageBytes, type ImageFormat } from '../image-format.js';
import type { Transform } from './transform.js';

/** Returns a function that mirrors one image left to right. */
export function createMirror({ height, width, channels }: Pick<ImageFormat, 'height' | 'width' | 'channels'>) {
  const rowBytes = width * channels;
  return (source: Uint8Array, sourceOffset: number, target: Uint8Array, targetOffset: number): void => {
    let to = targetOffset;
    for (let y = 0; y < height; y++) {
      const row = sourceOffset + y * rowBytes;
      for (let from = row + rowBytes - channels; from >= row; from -= channels) {
        target[to] = source[from];
        target[to + 1] = source[from + 1];
        target[to + 2] = source[from + 2];
        to += channels;
      }
    }
  };
}

/** Mirrors an image left to right with probability 0.5. */
export function createFlip(format: ImageFormat): Transform {
  const mirror = createMirror(format);
  const size = imageBytes(format);
  return (source, sourceOffset, target, targetOffset, random) => {
    if (random.uniform() < 0.5) mirror(source, sourceOffset, target, targetOffset);
    else target.set(source.subarray(sourceOffset, sourceOffset + size), targetOffset);
  };
}
