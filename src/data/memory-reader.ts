// Reads images that are in memory.
import { randomStream } from '../common/random.js';
import { imageBytes } from './dataset.js';
import type { AugmentationOptions } from './options.js';
import type { ImageReader } from './reader.js';
import { storagePosition, type ImageSource, type MemoryStorage } from './source.js';
import { createPipeline } from './transforms/pipeline.js';

/** The reader of a source in memory; never asynchronous. */
export function createMemoryReader(
  source: ImageSource,
  { images }: MemoryStorage,
  augmentation: AugmentationOptions,
): ImageReader {
  const pipeline = createPipeline(augmentation, source);
  const size = imageBytes(source);
  return {
    train(index, seed, epoch, target, offset) {
      const random = randomStream(seed, 'augment', epoch, index);
      pipeline(images, storagePosition(source, index) * size, target, offset, random);
    },
    evaluate(index, target, offset) {
      const start = storagePosition(source, index) * size;
      target.set(images.subarray(start, start + size), offset);
    },
    describe: (index) => `${storagePosition(source, index)} of ${source.name} ${source.part}`,
  };
}
