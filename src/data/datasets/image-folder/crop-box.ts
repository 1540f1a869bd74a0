// Crop boxes: torchvision's RandomResizedCrop for training, Resize and CenterCrop for evaluation.
import { roundHalfEven } from '../../../common/round-half-even.js';
import type { RandomStream } from '../../../common/random.js';

/** A part of an image, in pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface Size {
  readonly height: number;
  readonly width: number;
}

interface CropOptions {
  /** Minimum and maximum fraction of the image's area. */
  readonly scale: readonly [number, number];
  /** Minimum and maximum of width over height; uniform in its logarithm. */
  readonly ratio: readonly [number, number];
}

const attempts = 10;

/**
 * Returns the box of torchvision's `RandomResizedCrop.get_params`: up to ten draws of area and aspect ratio until the
 * box fits, else the largest central part with an allowed ratio.
 */
export function randomCropBox(
  size: Size,
  { scale, ratio }: CropOptions,
  random: Pick<RandomStream, 'uniform' | 'integer'>,
): Box {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const area = size.height * size.width;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const targetArea = area * between(...scale);
    const aspect = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1])));
    const width = roundHalfEven(Math.sqrt(targetArea * aspect));
    const height = roundHalfEven(Math.sqrt(targetArea / aspect));
    if (width > 0 && width <= size.width && height > 0 && height <= size.height) {
      const top = random.integer(size.height - height + 1);
      const left = random.integer(size.width - width + 1);
      return { top, left, height, width };
    }
  }
  const aspect = size.width / size.height;
  const width = aspect > ratio[1] ? Math.max(1, roundHalfEven(size.height * ratio[1])) : size.width;
  const height = aspect < ratio[0] ? Math.max(1, roundHalfEven(size.width / ratio[0])) : size.height;
  return { top: (size.height - height) >> 1, left: (size.width - width) >> 1, height, width };
}

/**
 * Returns the size after torchvision's `Resize(side)`: the shorter side becomes `side`, the longer one is rounded down.
 */
export function resizedSize({ height, width }: Size, side: number): Size {
  return height <= width
    ? { height: side, width: Math.floor((side * width) / height) }
    : { height: Math.floor((side * height) / width), width: side };
}

/** Returns the square of torchvision's `CenterCrop(side)`; the image must not be smaller. */
export function centreBox({ height, width }: Size, side: number): Box {
  const top = roundHalfEven((height - side) / 2);
  const left = roundHalfEven((width - side) / 2);
  return { top, left, height: side, width: side };
}
