// Padding on every side and a random crop of the original size (paper, section 5.1: 4 pixels, 32 x 32).
import { cannot } from '../../common/errors.js';
import { imageBytes, type ImageFormat } from '../image-format.js';
import type { Transform } from './transform.js';

export interface PadCropOptions {
  /** Pixels added on every side. */
  readonly padding: number;
  /** `reflect`: mirrored without repeating the edge; `zero`: black pixels, before normalization (as in torchvision). */
  readonly mode: 'reflect' | 'zero';
}

const outside = -1;

/** Returns, for each coordinate of the padded side, the coordinate of the original side, or `outside`. */
function paddedCoordinates(side: number, { padding, mode }: PadCropOptions): Int32Array {
  return Int32Array.from({ length: side + 2 * padding }, (_, padded) => {
    const position = padded - padding;
    if (position >= 0 && position < side) return position;
    if (mode === 'zero') return outside;
    return position < 0 ? -position : 2 * (side - 1) - position;
  });
}

/**
 * Returns a function that copies the crop whose top left corner is at (top, left) of the padded image, both in 0 …
 * 2·padding. Errors (usage): a reflection needs more pixels than the image has.
 */
export function createCrop(options: PadCropOptions, format: ImageFormat) {
  const { height, width, channels } = format;
  const { padding } = options;
  if (options.mode === 'reflect' && padding >= Math.min(height, width)) {
    throw cannot('pad images', `padding ${padding} cannot be reflected in ${height} x ${width} pixels`, {
      code: 'data/settings',
      kind: 'usage',
    });
  }
  const rows = paddedCoordinates(height, options);
  const columns = paddedCoordinates(width, options);
  const rowBytes = width * channels;
  const size = imageBytes(format);

  return (
    source: Uint8Array,
    sourceOffset: number,
    target: Uint8Array,
    targetOffset: number,
    top: number,
    left: number,
  ): void => {
    // A crop is the image shifted as a whole, one copy; then only the pixels from the padding are corrected.
    const right = left - padding;
    const shift = (top - padding) * rowBytes + right * channels;
    const from = Math.max(0, shift);
    const end = Math.min(size, size + shift);
    if (from < end) target.set(source.subarray(sourceOffset + from, sourceOffset + end), targetOffset + from - shift);
    const firstPadded = right > 0 ? Math.max(0, width - right) : 0;
    const endPadded = right < 0 ? Math.min(width, -right) : width;
    for (let y = 0; y < height; y++) {
      const row = rows[top + y];
      const rowIsInside = top + y >= padding && top + y < padding + height;
      if (rowIsInside && right === 0) continue;
      const rowStart = sourceOffset + row * rowBytes;
      const xEnd = rowIsInside ? endPadded : width;
      for (let x = rowIsInside ? firstPadded : 0; x < xEnd; x++) {
        const column = columns[left + x];
        const to = targetOffset + y * rowBytes + x * channels;
        if (row === outside || column === outside) {
          target[to] = target[to + 1] = target[to + 2] = 0;
        } else {
          const pixel = rowStart + column * channels;
          target[to] = source[pixel];
          target[to + 1] = source[pixel + 1];
          target[to + 2] = source[pixel + 2];
        }
      }
    }
  };
}

/** Pads and crops at offsets that are uniform in 0 … 2·padding in both directions. */
export function createPadCrop(options: PadCropOptions, format: ImageFormat): Transform {
  const crop = createCrop(options, format);
  const offsets = 2 * options.padding + 1;
  return (source, sourceOffset, target, targetOffset, random) => {
    const top = random.integer(offsets);
    const left = random.integer(offsets);
    crop(source, sourceOffset, target, targetOffset, top, left);
  };
}
