// Chains the augmentations that a config enables.
import { imageBytes, type ImageFormat } from '../image-format.js';
import type { AugmentationOptions } from './options.js';
import { transforms } from './registry.js';
import type { Transform } from './transform.js';

/**
 * Creates one transform from the augmentations of an `augmentation` section, for images of a format; `own`: a custom
 * augmentation, applied last. Errors: those of the transforms for invalid options.
 */
export function createPipeline(options: AugmentationOptions, format: ImageFormat, own?: Transform): Transform {
  const chain = [...transforms.map((create) => create(options, format)), own].filter(
    (transform): transform is Transform => transform !== undefined,
  );
  const size = imageBytes(format);
  if (chain.length === 0) {
    return (source, sourceOffset, target, targetOffset) => {
      target.set(source.subarray(sourceOffset, sourceOffset + size), targetOffset);
    };
  }
  const scratch = [new Uint8Array(size), new Uint8Array(size)];
  const last = chain.length - 1;
  return (images, imageOffset, target, targetOffset, random) => {
    let source = images;
    let sourceOffset = imageOffset;
    for (let i = 0; i < last; i++) {
      const next = scratch[i % 2];
      chain[i](source, sourceOffset, next, 0, random);
      source = next;
      sourceOffset = 0;
    }
    chain[last](source, sourceOffset, target, targetOffset, random);
  };
}
