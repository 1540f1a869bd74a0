// Type of an image transform, the interface of an augmentation.
import type { RandomStream } from '../../common/random.js';
import type { ImageFormat } from '../image-format.js';
import type { AugmentationOptions } from './options.js';

/**
 * Reads one image (H·W·C bytes) at `sourceOffset` of `source` and writes every byte of the transformed one at
 * `targetOffset` of `target`; the two never overlap. All randomness comes from `random`, which the transforms of an
 * image share in the order of the pipeline. Runs once an image: buffers it needs are made beforehand.
 */
export type Transform = (
  source: Uint8Array,
  sourceOffset: number,
  target: Uint8Array,
  targetOffset: number,
  random: RandomStream,
) => void;

/** Makes a transform for images of a format, or undefined where the options switch it off. */
export type CreateTransform = (options: AugmentationOptions, format: ImageFormat) => Transform | undefined;
