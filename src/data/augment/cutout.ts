// Cutout (DeVries and Taylor, 2017): one square hole in every image.
import { cannot } from '../../common/errors.js';
import { imageBytes, type ImageFormat } from '../image-format.js';
import type { CutoutOptions } from './options.js';
import type { Transform } from './transform.js';

/**
 * Returns the colour of the hole. `mean`: the bytes nearest to the mean of each channel, so that at most half a level
 * remains after normalization; `black`: zeros before normalization.
 */
export function holeColour(fill: CutoutOptions['fill'], { mean }: Pick<ImageFormat, 'mean'>): Uint8Array {
  return Uint8Array.from(mean, (level) => (fill === 'mean' ? Math.round(level) : 0));
}

/**
 * Returns a function that copies an image and fills the square of `length` pixels around the pixel (centreRow,
 * centreColumn), clipped at the border. If the length is even, one more pixel is above and left of the centre than
 * below and right of it.
 */
export function createHole({ length, fill }: CutoutOptions, format: ImageFormat) {
  const { height, width } = format;
  const size = imageBytes(format);
  const [red, green, blue] = holeColour(fill, format);
  const before = Math.floor(length / 2);
  return (
    source: Uint8Array,
    sourceOffset: number,
    target: Uint8Array,
    targetOffset: number,
    centreRow: number,
    centreColumn: number,
  ): void => {
    target.set(source.subarray(sourceOffset, sourceOffset + size), targetOffset);
    const bottom = Math.min(height, centreRow - before + length);
    const left = Math.max(0, centreColumn - before);
    const right = Math.min(width, centreColumn - before + length);
    for (let y = Math.max(0, centreRow - before); y < bottom; y++) {
      const row = targetOffset + 3 * width * y;
      for (let i = row + 3 * left; i < row + 3 * right; i += 3) {
        target[i] = red;
        target[i + 1] = green;
        target[i + 2] = blue;
      }
    }
  };
}

/**
 * Creates a hole in every image; its centre is uniform over the pixels. Errors (usage): a hole larger than the image.
 */
export function createCutout(options: CutoutOptions, format: ImageFormat): Transform {
  const { height, width } = format;
  if (options.length > Math.min(height, width)) {
    throw cannot('cut holes', `cutout.length ${options.length} exceeds the image size of ${height} x ${width} pixels`, {
      code: 'data/settings',
      kind: 'usage',
      hint: 'the paper uses 16 on CIFAR-10 and 8 on CIFAR-100, half and a quarter of the image side',
    });
  }
  const cut = createHole(options, format);
  return (source, sourceOffset, target, targetOffset, random) => {
    const row = random.integer(format.height);
    const column = random.integer(format.width);
    cut(source, sourceOffset, target, targetOffset, row, column);
  };
}
