// Interface of image readers; each thread creates its own (create-reader.ts).
import { IsdaError } from '../common/errors.js';
import type { AugmentationOptions } from './augment/options.js';
import type { ImageSource } from './source.js';

/** Images are addressed by their index in the source, after `subset` and `holdout` are applied. */
export interface ImageReader {
  /**
   * Writes the augmented image (H·W·C bytes) at `offset` of `target`. A pure function of the image and (seed, epoch,
   * index), in any order of calls; `epoch` counts from 1. Throws `BrokenImage`, as `evaluate` does.
   */
  train(index: number, seed: number, epoch: number, target: Uint8Array, offset: number): void | Promise<void>;
  /** Writes the image for evaluation, without augmentation. */
  evaluate(index: number, target: Uint8Array, offset: number): void | Promise<void>;
  /** Name of the image in messages, after the word `image`: its path, or `17 of cifar10 train`. */
  describe(index: number): string;
}

/** Opens the reader of a source in the calling thread. Errors: options that do not fit the images. */
export type OpenReader = (source: ImageSource, augmentation: AugmentationOptions) => ImageReader | Promise<ImageReader>;

/** Number of images read concurrently by an asynchronous reader: libuv's default number of threads. */
export const maxConcurrentReads = 4;

/** An unreadable image. The loader decides whether it is replaced (`dataset.maxBroken`). */
export class BrokenImage extends IsdaError {
  /** The reason. */
  readonly reason: string;

  /** `image`: its name by `describe`. */
  constructor(image: string, reason: string, cause?: unknown) {
    super(`cannot read image ${image}: ${reason}`, { code: 'data/damaged', cause });
    this.reason = reason;
  }
}
