// Real and synthetic images in one loader: the batches' composition and bytes, for any number of workers and any start.
import { describe, expect, it } from 'vitest';
import { imageBytes } from '../../../../src/data/image-format.js';
import { mixSources } from '../../../../src/data/datasets/mixed/source.js';
import { openLoader } from '../../../../src/data/loader/loader.js';
import { augmentationOptions } from '../../../../src/data/augment/options.js';
import { randomDataset } from '../../helpers.js';
import { copies, openSmall, smallLoading } from '../../loader/support.js';

const synthetic = randomDataset([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1], 7, 8, 8);
const real = smallLoading.train;
/** 83 real images; a batch of 20 is 17 of them and 3 synthetic ones, the last 15 and 3. */
const train = mixSources(real, synthetic, 0.1667);
const counts = [0, 1, 2, 4];

async function wholeRun(workers: number) {
  const loader = await openSmall({ train, workers });
  const batches = [];
  for (const epoch of [1, 2, 3]) {
    batches.push(await copies(loader.trainingBatches(epoch, 0)), await copies(loader.evaluationBatches()));
  }
  return batches;
}

describe('a mixed source', () => {
  it('has all real images once an epoch, 17 and 3 synthetic ones a batch, with their labels', async () => {
    const loader = await openSmall({ train });
    expect(loader.trainingBatchCount).toBe(5);
    const drawn: number[] = [];
    for (const epoch of [1, 2, 3]) {
      const batches = await copies(loader.trainingBatches(epoch, 0));
      const own = batches.map(({ indices }) => [...indices].filter((index) => index < real.count));
      expect(own.map(({ length }) => length)).toEqual([17, 17, 17, 17, 15]);
      expect(batches.map(({ indices }) => indices.length)).toEqual([20, 20, 20, 20, 18]);
      expect(own.flat().sort((a, b) => a - b)).toEqual([...Array(real.count).keys()]);
      for (const { indices, labels } of batches) {
        indices.forEach((index, i) =>
          expect(labels[i]).toBe(index < real.count ? real.labels[index] : synthetic.labels[index - real.count]),
        );
      }
      drawn.push(...batches.flatMap(({ indices }) => [...indices].filter((index) => index >= real.count)));
    }
    // 45 draws of 11 images: each is drawn four times before any is drawn a fifth time.
    const times = synthetic.labels.reduce<number[]>(
      (counts, _, index) => [...counts, drawn.filter((at) => at === real.count + index).length],
      [],
    );
    expect(times.filter((n) => n === 4)).toHaveLength(10);
    expect(times.filter((n) => n === 5)).toHaveLength(1);
  });

  it('holds 107 real and 21 synthetic images in every batch of 128', async () => {
    const many = randomDataset(
      Array.from({ length: 300 }, (_, i) => i % 3),
      1,
      2,
      2,
    );
    const augmentation = augmentationOptions.parse({ padCrop: false });
    const mixed = mixSources(many, randomDataset([0, 1, 2], 2, 2, 2), 0.1667);
    const loader = await openLoader({ ...smallLoading, train: mixed, evaluation: many, augmentation, batchSize: 128 });
    const batches = await copies(loader.trainingBatches(1, 0));
    await loader.close();
    const mixOf = (indices: Uint32Array) => [
      indices.filter((i) => i < 300).length,
      indices.filter((i) => i >= 300).length,
    ];
    expect(batches.map(({ indices }) => mixOf(indices))).toEqual([[107, 21], [107, 21], [86, 17]]); // prettier-ignore
  });

  it('leaves real images the bytes that they have without synthetic ones, and augments these', async () => {
    const size = imageBytes(real);
    const bytesOf = async (source: typeof train) => {
      const found = new Map<number, string>();
      for (const { images, indices } of await copies((await openSmall({ train: source })).trainingBatches(2, 0))) {
        indices.forEach((index, i) => found.set(index, images.subarray(i * size, (i + 1) * size).join()));
      }
      return found;
    };
    const [mixed, plain] = [await bytesOf(train), await bytesOf(real)];
    for (const [index, bytes] of plain) expect(mixed.get(index)).toBe(bytes);
    const shown = [...mixed].filter(([index]) => index >= real.count);
    expect(shown.length).toBeGreaterThan(7);
    const raw = (index: number) =>
      synthetic.storage.images.subarray((index - real.count) * size, (index - real.count + 1) * size).join();
    expect(shown.filter(([index, bytes]) => bytes !== raw(index)).length).toBeGreaterThan(7);
  });

  it.each(counts.slice(1))('gives the same run with %i workers as with none', async (workers) => {
    expect(await wholeRun(workers)).toEqual(await wholeRun(0));
  });

  it.each(counts)('gives the same from the middle of an epoch on, %i workers', async (workers) => {
    const whole = await wholeRun(0);
    const loader = await openSmall({ train, workers });
    expect(await copies(loader.trainingBatches(2, 3))).toEqual(whole[2].slice(3));
    expect(await copies(loader.trainingBatches(3, 0))).toEqual(whole[4]);
  });

  it('refuses images of another size or with other classes', () => {
    expect(() => mixSources(real, randomDataset([0, 1, 2], 1, 4, 4), 0.5)).toThrow(
      'cannot train on synthetic images: they have 4 x 4 pixels, 3 classes, the images of random have 8 x 8 pixels, 3 classes',
    );
    expect(() => mixSources(real, randomDataset([0, 1], 1, 8, 8), 0.5)).toThrow('2 classes');
  });
});
