// Type of an image transform, the interface of an augmentation.
import type { RandomStream } from '../../common/random.js';
import type { ImageFormat } from '../image-format.js';
import type { AugmentationOptions } from './options.js';

/**
 * Reads one image (H·W·C bytes) at `sourceOffset` of `source` and writes every byte of the transformed one at
 * `targetOffset` of `target`; the two never overlap. All randomness comes from `random`, which the transforms of an
 * image share in the order of the pipeline. Runs once per image, so its buffers are allocated beforehand.
 */
export type Transform = (
  source: Uint8Array,
  sourceOffset: number,
  target: Uint8Array,
  targetOffset: number,
  random: RandomStream,
) => void;

/** Creates a transform for images of a format; undefined if the options disable it. */
export type CreateTransform = (options: AugmentationOptions, format: ImageFormat) => Transform | undefined;
