// The loader returns the same batches for any number of workers, starting at any batch.
import { describe, expect, it } from 'vitest';
import { imageBytes } from '../../../src/data/image-format.js';
import { augmentationOptions } from '../../../src/data/augment/options.js';
import { epochOrder } from '../../../src/data/batches.js';
import { createMemoryReader } from '../../../src/data/memory-reader.js';
import { selectImages } from '../../../src/data/source.js';
import { randomDataset } from '../helpers.js';
import { copies, openSmall, smallLoading } from './support.js';

const counts = [0, 1, 2, 4];

/** A run of three epochs, each with its evaluation. */
async function wholeRun(workers: number) {
  const loader = await openSmall({ workers });
  const batches = [];
  for (const epoch of [1, 2, 3]) {
    batches.push(await copies(loader.trainingBatches(epoch, 0)), await copies(loader.evaluationBatches()));
  }
  return batches;
}

describe('openLoader', () => {
  it('gives what the reader gives, in the order of the epoch, with labels', async () => {
    const { train, augmentation, seed } = smallLoading;
    const reader = createMemoryReader(train, train.storage, augmentation);
    const loader = await openSmall();
    const batches = await copies(loader.trainingBatches(2, 0));
    expect(batches.map(({ indices }) => indices.length)).toEqual([20, 20, 20, 20, 3]);
    expect(batches.flatMap(({ indices }) => [...indices])).toEqual([...epochOrder(train.count, seed, 2)]);
    const target = new Uint8Array(imageBytes(train));
    for (const { images, labels, indices } of batches) {
      indices.forEach((index, i) => {
        void reader.train(index, seed, 2, target, 0);
        expect(images.slice(i * target.length, (i + 1) * target.length)).toEqual(target);
        expect(labels[i]).toBe(train.labels[index]);
      });
    }
  });

  it.each(counts.slice(1))('gives the same run with %i workers as with none', async (workers) => {
    expect(await wholeRun(workers)).toEqual(await wholeRun(0));
  });

  it.each(counts)('gives the same from the middle of an epoch on, %i workers', async (workers) => {
    const whole = await wholeRun(0);
    const loader = await openSmall({ workers });
    expect(await copies(loader.trainingBatches(2, 3))).toEqual(whole[2].slice(3));
    expect(await copies(loader.evaluationBatches())).toEqual(whole[3]);
    expect(await copies(loader.trainingBatches(3, 0))).toEqual(whole[4]);
    // Not the next batch, so batches that were made ahead are discarded.
    for await (const batch of loader.trainingBatches(1, 1)) {
      expect(batch.images).toEqual(whole[0][1].images);
      break;
    }
    expect(await copies(loader.trainingBatches(1, 4))).toEqual(whole[0].slice(4));
    expect(await copies(loader.trainingBatches(1, 5))).toEqual([]);
  });

  it('evaluates images as they are, in order', async () => {
    const { evaluation } = smallLoading;
    const batches = await copies((await openSmall()).evaluationBatches());
    expect(batches.flatMap(({ images }) => [...images])).toEqual([...evaluation.storage.images]);
    expect(batches.flatMap(({ labels }) => [...labels])).toEqual([...evaluation.labels]);
  });

  it.each([0, 2])('reads selections where they are, %i workers', async (workers) => {
    const all = randomDataset([0, 1, 2, 0, 1], 3, 4, 4);
    const augmentation = augmentationOptions.parse({ padCrop: false, flip: false });
    const train = selectImages(all, [4, 1]);
    const loader = await openSmall({ train, evaluation: selectImages(all, [3]), augmentation, workers });
    const [{ images, indices, labels }] = await copies(loader.trainingBatches(1, 0));
    indices.forEach((index, i) => {
      const position = [4, 1][index];
      expect(images.slice(i * 48, i * 48 + 48)).toEqual(all.storage.images.slice(position * 48, position * 48 + 48));
      expect(labels[i]).toBe(all.labels[position]);
    });
    const [held] = await copies(loader.evaluationBatches());
    expect(held.images).toEqual(all.storage.images.slice(3 * 48, 4 * 48));
  });

  it.each([0, 1])('refuses to start past the end, %i workers', async (workers) => {
    const loader = await openSmall({ workers });
    await expect(loader.trainingBatches(1, 6).next()).rejects.toThrow(
      'cannot continue an epoch: batch 6 is past its end (5 batches)',
    );
  });

  it('counts the time it waited', async () => {
    let clock = 0;
    const loader = await openSmall({ clock: () => (clock += 250) });
    expect(loader.waitedSeconds).toBe(0);
    await copies(loader.trainingBatches(1, 0));
    expect(loader.waitedSeconds).toBe(5 * 0.25);
  });

  it.each([0, 1])('refuses an augmentation that does not fit when it is opened, %i workers', async (workers) => {
    const augmentation = { ...smallLoading.augmentation, padCrop: { padding: 8, mode: 'reflect' } } as const;
    await expect(openSmall({ augmentation, workers })).rejects.toMatchObject({
      message: 'cannot pad images: padding 8 cannot be reflected in 8 x 8 pixels',
      kind: 'usage',
    });
  });
});
