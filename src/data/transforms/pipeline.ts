// Chains the augmentations that a config switches on.
import { randomStream } from '../../common/random.js';
import { imageBytes, type ImageDataset, type ImageFormat } from '../dataset.js';
import type { AugmentationOptions } from '../options.js';
import { transforms } from './registry.js';
import type { Transform } from './transform.js';

/**
 * Writes the augmented image `index` of `dataset` (H·W·C bytes) at `targetOffset` of `target`.
 * A pure function of the image and (seed, epoch, index): the same arguments give the same bytes, in any order of calls.
 * `index` is the position in the training set in use, after `subset` and `holdout`; `epoch` counts from 1.
 */
export type Pipeline = (
  dataset: ImageDataset,
  index: number,
  seed: number,
  epoch: number,
  target: Uint8Array,
  targetOffset: number,
) => void;

/** The pipeline of an `augmentation` section for images of a format. Throws what the transforms throw on bad options. */
export function createPipeline(options: AugmentationOptions, format: ImageFormat): Pipeline {
  const chain = transforms
    .map((create) => create(options, format))
    .filter((transform): transform is Transform => transform !== undefined);
  const size = imageBytes(format);
  if (chain.length === 0) {
    return (dataset, index, _seed, _epoch, target, targetOffset) => {
      target.set(dataset.images.subarray(index * size, (index + 1) * size), targetOffset);
    };
  }
  const scratch = [new Uint8Array(size), new Uint8Array(size)];
  const last = chain.length - 1;
  return (dataset, index, seed, epoch, target, targetOffset) => {
    const random = randomStream(seed, 'augment', epoch, index);
    let source = dataset.images;
    let sourceOffset = index * size;
    for (let i = 0; i < last; i++) {
      const next = scratch[i % 2];
      chain[i](source, sourceOffset, next, 0, random);
      source = next;
      sourceOffset = 0;
    }
    chain[last](source, sourceOffset, target, targetOffset, random);
  };
}
