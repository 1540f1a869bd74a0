// Decoded pixels: cutting a part, and rotation by EXIF orientation.
import type { Box } from './crop-box.js';
import type { Orientation } from './orientation.js';

/** Pixels of an image or a part of it: rows from the top, channels last, 1 (grey) or 3. */
export interface Pixels {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** Copies a part of pixels. */
export function cut({ bytes, width, channels }: Pixels, box: Box): Pixels {
  const rowBytes = box.width * channels;
  const cutBytes = new Uint8Array(box.height * rowBytes);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * channels;
    cutBytes.set(bytes.subarray(from, from + rowBytes), y * rowBytes);
  }
  return { bytes: cutBytes, width: box.width, height: box.height, channels };
}

/** Returns row and column, in an image of `height` x `width`, of the pixel (y, x) of the rotated image. */
const sources: Readonly<
  Record<Orientation, (y: number, x: number, height: number, width: number) => readonly [number, number]>
> = {
  1: (y, x) => [y, x],
  2: (y, x, _, width) => [y, width - 1 - x],
  3: (y, x, height, width) => [height - 1 - y, width - 1 - x],
  4: (y, x, height) => [height - 1 - y, x],
  5: (y, x) => [x, y],
  6: (y, x, height) => [height - 1 - x, y],
  7: (y, x, height, width) => [height - 1 - x, width - 1 - y],
  8: (y, x, _, width) => [x, width - 1 - y],
};

/** Returns the pixels in upright orientation, as Pillow's `ImageOps.exif_transpose`. */
export function turned(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { bytes, channels } = pixels;
  const [width, height] = orientation < 5 ? [pixels.width, pixels.height] : [pixels.height, pixels.width];
  const result = new Uint8Array(bytes.length);
  const sourceOf = sources[orientation];
  let next = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = sourceOf(y, x, pixels.height, pixels.width);
      const from = (row * pixels.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) result[next++] = bytes[from + channel];
    }
  }
  return { bytes: result, width, height, channels };
}
