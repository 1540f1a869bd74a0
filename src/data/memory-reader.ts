// Reads images that are in memory.
import { randomStream } from '../common/random.js';
import { imageBytes } from './image-format.js';
import type { AugmentationOptions } from './augment/options.js';
import { BrokenImage, type ImageReader } from './reader.js';
import { storagePosition, type ImageSource, type MemoryStorage } from './source.js';
import { createPipeline } from './augment/pipeline.js';
import type { Transform } from './augment/transform.js';

/** Creates the reader of a source in memory; it is never asynchronous. */
export function createMemoryReader(
  source: ImageSource,
  { images }: MemoryStorage,
  augmentation: AugmentationOptions,
  own?: Transform,
): ImageReader {
  const pipeline = createPipeline(augmentation, source, own);
  const size = imageBytes(source);
  const describe = (index: number): string => `${storagePosition(source, index)} of ${source.name} ${source.part}`;
  /** Returns the offset of an image. */
  const startOf = (index: number): number => {
    const start = storagePosition(source, index) * size;
    if (start + size > images.length) throw new BrokenImage(describe(index), `there are only ${images.length} bytes`);
    return start;
  };
  return {
    train(index, seed, epoch, target, offset) {
      pipeline(images, startOf(index), target, offset, randomStream(seed, 'augment', epoch, index));
    },
    evaluate(index, target, offset) {
      const start = startOf(index);
      target.set(images.subarray(start, start + size), offset);
    },
    describe,
  };
}
