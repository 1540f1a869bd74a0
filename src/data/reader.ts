// Interface of image readers; each thread creates its own (create-reader.ts).
import { IsdaError } from '../common/errors.js';
import type { AugmentationOptions } from './options.js';
import type { ImageSource } from './source.js';

/** Images are named by their index in the source, which is their position after `subset` and `holdout`. */
export interface ImageReader {
  /**
   * Writes the augmented image (H·W·C bytes) at `offset` of `target`. A pure function of the image and (seed, epoch,
   * index), in any order of calls; `epoch` counts from 1. Throws `BrokenImage`, as `evaluate` does.
   */
  train(index: number, seed: number, epoch: number, target: Uint8Array, offset: number): void | Promise<void>;
  /** Writes the image as it is evaluated, without augmentation. */
  evaluate(index: number, target: Uint8Array, offset: number): void | Promise<void>;
  /** The image in messages: its path, or `17 of cifar10 train`, after the word image. */
  describe(index: number): string;
}

/** Opens the reader of a source, for the thread that calls. Errors: options that do not fit the images. */
export type OpenReader = (source: ImageSource, augmentation: AugmentationOptions) => ImageReader | Promise<ImageReader>;

/** Images that are read at a time, where reading waits for another thread: as many as libuv has threads by default. */
export const readsAtATime = 4;

/** An image that cannot be read. Whether another takes its place is up to the loader (`dataset.maxBroken`). */
export class BrokenImage extends IsdaError {
  /** What is wrong with it. */
  readonly reason: string;

  /** `image`: as `describe` calls it. */
  constructor(image: string, reason: string, cause?: unknown) {
    super(`cannot read image ${image}: ${reason}`, { code: 'data/damaged', cause });
    this.reason = reason;
  }
}
