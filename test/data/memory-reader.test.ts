// Images in memory: augmented by (seed, epoch, index) for training, the stored bytes for evaluation.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/common/random.js';
import { augmentationOptions } from '../../src/data/augment/options.js';
import { createPipeline } from '../../src/data/augment/pipeline.js';
import { createMemoryReader } from '../../src/data/memory-reader.js';
import { selectImages } from '../../src/data/source.js';
import { randomDataset } from './helpers.js';

const size = 8 * 8 * 3;
const all = randomDataset([0, 1, 2, 0, 1], 1, 8, 8);
const { images } = all.storage;
const augmentation = augmentationOptions.parse({ padCrop: { padding: 2 }, cutout: { length: 3 } });
/** The selected images are the fifth and the second one. */
const positions = [4, 1];
const source = selectImages(all, positions);
const reader = createMemoryReader(source, all.storage, augmentation);

function trained(index: number, seed: number, epoch: number): Uint8Array {
  const target = new Uint8Array(size + 5).fill(77);
  void reader.train(index, seed, epoch, target, 3);
  expect([...target.subarray(0, 3), ...target.subarray(-2)]).toEqual([77, 77, 77, 77, 77]);
  return target.slice(3, -2);
}

describe('a reader of images in memory', () => {
  it('augments an image with the random numbers of the seed, the epoch and the index', () => {
    const pipeline = createPipeline(augmentation, all);
    for (const [index, position] of positions.entries()) {
      const made = [1, 2].flatMap((seed) =>
        [1, 2, 3].map((epoch) => {
          const expected = new Uint8Array(size);
          pipeline(images, position * size, expected, 0, randomStream(seed, 'augment', epoch, index));
          const image = trained(index, seed, epoch);
          expect(image, `seed ${seed}, epoch ${epoch}, index ${index}`).toEqual(expected);
          return image.join();
        }),
      );
      expect(new Set(made).size).toBe(6);
    }
  });

  it('evaluates the stored bytes', () => {
    for (const [index, position] of positions.entries()) {
      const target = new Uint8Array(size + 1);
      void reader.evaluate(index, target, 1);
      expect(target.slice(1)).toEqual(images.slice(position * size, (position + 1) * size));
    }
  });
});
