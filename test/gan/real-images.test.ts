// Real batches depend only on the seed and their index, with each image of the chosen classes at most once per epoch.
import { describe, expect, it } from 'vitest';
import { selectImages, type MemorySource } from '../../src/data/source.js';
import { createRealBatches, ofClasses, trainedClasses } from '../../src/gan/real-images.js';
import { generatedDataset } from '../support/generated-run.js';

const bytes = 32 * 32 * 3;
const dataset = generatedDataset(50, 1);

/** The indices, in the data set, of a batch's images. */
function indicesOf(source: MemorySource, images: Uint8Array): number[] {
  const all = Array.from({ length: dataset.count }, (_, i) =>
    Buffer.from(source.storage.images.subarray(i * bytes, (i + 1) * bytes)),
  );
  return Array.from({ length: images.length / bytes }, (_, i) => {
    const image = images.subarray(i * bytes, (i + 1) * bytes);
    return all.findIndex((other) => other.equals(image));
  });
}

describe('real batches', () => {
  it('are whole, with each image once an epoch at most, in an order of the epoch', () => {
    const batches = createRealBatches(dataset, { batchSize: 8, seed: 1 });
    expect(batches.perEpoch).toBe(6);
    const epoch = (number: number) =>
      Array.from({ length: 6 }, (_, i) => indicesOf(dataset, batches.at(6 * number + i).images)).flat();
    const [first, second] = [epoch(0), epoch(1)];
    expect(new Set(first).size).toBe(48);
    expect(first).not.toEqual(second);
    expect(first).not.toContain(-1);
  });

  it('are a function of the seed and their number', () => {
    const [a, b] = [
      createRealBatches(dataset, { batchSize: 8, seed: 1 }),
      createRealBatches(dataset, { batchSize: 8, seed: 1 }),
    ];
    const far = b.at(13);
    for (let i = 0; i < 13; i++) a.at(i);
    expect(a.at(13)).toEqual(far);
    expect(createRealBatches(dataset, { batchSize: 8, seed: 2 }).at(13)).not.toEqual(far);
  });

  it('are of the chosen classes, with their labels', () => {
    const chosen = ofClasses(dataset, [3, 5]);
    expect(chosen.count).toBe(dataset.labels.filter((label) => label === 3 || label === 5).length);
    const { images, labels } = createRealBatches(chosen, { batchSize: 5, seed: 1 }).at(0);
    expect(indicesOf(dataset, images).map((index) => dataset.labels[index])).toEqual([...labels]);
    expect(new Set(labels)).toEqual(new Set([3, 5]));
  });

  it('are refused where there are too few images, of too many classes or of another size', () => {
    expect(() => createRealBatches(dataset, { batchSize: 51, seed: 1 })).toThrow(
      'cannot train a generator: there are only 50 images, fewer than a batch of 51',
    );
    expect(() => createRealBatches(ofClasses(dataset, [3]), { batchSize: 51, seed: 1, classes: [3] })).toThrow(
      `there are only 5 images of ${dataset.classNames[3]}, fewer than a batch of 51`,
    );
    // A batch has at least two images.
    expect(() => createRealBatches(selectImages(dataset, [0]), { batchSize: 2, seed: 1 })).toThrow(
      expect.objectContaining({ hint: 'choose a larger dataset.subset, or other dataset.classes' }),
    );
    expect(() => ofClasses(dataset, [10])).toThrow('cannot choose the classes: generated has no class 10');
    expect(() => createRealBatches({ ...dataset, height: 28 }, { batchSize: 8, seed: 1 })).toThrow(
      'cannot train a generator: the images of generated are not 32x32 pixels in memory',
    );
  });
});

describe('the classes of generated images', () => {
  it('are those with real images, in the given order', () => {
    const some = selectImages(
      dataset,
      [...dataset.labels.keys()].filter((index) => ![2, 7].includes(dataset.labels[index])),
    );
    expect(trainedClasses(dataset, undefined)).toEqual([...Array(10).keys()]);
    expect(trainedClasses(some, undefined)).toEqual([0, 1, 3, 4, 5, 6, 8, 9]);
    expect(trainedClasses(some, [9, 7, 3])).toEqual([9, 3]);
  });
});
