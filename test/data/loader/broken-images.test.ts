// Broken images: replaced by the next readable one, reported once, an error if there are too many; in every thread.
import { describe, expect, it } from 'vitest';
import { createBrokenImageCheck } from '../../../src/data/loader/broken-images.js';
import type { LoaderOptions } from '../../../src/data/loader/loader.js';
import type { MemorySource } from '../../../src/data/source.js';
import { randomDataset } from '../helpers.js';
import { copies, openSmall, smallLoading } from './support.js';

const count = 83;

/** The training images, some without their bytes: their positions are beyond the end of the memory. */
function withBroken(...broken: readonly number[]): MemorySource {
  const positions = Uint32Array.from({ length: count }, (_, i) => (broken.includes(i) ? 1000 + i : i));
  return { ...smallLoading.train, positions };
}

const message = (index: number): string =>
  `cannot read image ${1000 + index} of random train: there are only 15936 bytes`;

async function load(changes: Partial<LoaderOptions>) {
  const warnings: string[] = [];
  const loader = await openSmall({ ...changes, warn: (line) => void warnings.push(line) });
  const epochs = [await copies(loader.trainingBatches(1, 0)), await copies(loader.trainingBatches(2, 0))];
  return { epochs, warnings };
}

const threads = [0, 1, 3];

describe('the check of broken images', () => {
  const failure = (image: string, reason: string) =>
    ({ image, message: `cannot read image ${image}: ${reason}`, code: 'data/damaged' }) as const;

  it('counts an image once, also where threads give two reasons for it', () => {
    const warnings: string[] = [];
    const check = createBrokenImageCheck(1, (line) => void warnings.push(line));
    check([{ broken: [failure('a.jpg', 'corrupt header: premature end')] }]);
    check([{ broken: [failure('a.jpg', 'corrupt header:')] }]);
    expect(warnings).toEqual([
      'warning: cannot read image a.jpg: corrupt header: premature end; the next image takes its place',
    ]);
    expect(() => check([{ broken: [failure('b.jpg', 'corrupt header:')] }])).toThrow('cannot read image b.jpg');
  });
});

describe('broken images', () => {
  it.each(threads)('are replaced by the next readable ones, label and index with them, %i workers', async (workers) => {
    const train = withBroken(7, 8, 30, 82);
    const { epochs, warnings } = await load({ train, maxBroken: 4, workers });
    const whole = await load({});
    const instead: Record<number, number> = { 7: 9, 8: 9, 30: 31, 82: 0 };
    epochs.forEach((batches, epoch) => {
      const all = whole.epochs[epoch].flatMap(({ indices }) => [...indices]);
      expect(batches.flatMap(({ indices }) => [...indices])).toEqual(all.map((index) => instead[index] ?? index));
      for (const { labels, indices } of batches) {
        expect([...labels]).toEqual(Array.from(indices, (index) => train.labels[index]));
      }
      // Images after a broken one have the same bytes as without it.
      const bytes = new Map(whole.epochs[epoch].flatMap(({ images, indices }) =>
        Array.from(indices, (index, i) => [index, images.slice(i * 192, i * 192 + 192)] as const),
      )); // prettier-ignore
      for (const { images, indices } of batches) {
        indices.forEach((index, i) => expect(images.slice(i * 192, i * 192 + 192)).toEqual(bytes.get(index)));
      }
    });
    expect(warnings.toSorted()).toEqual(
      [30, 7, 8, 82].map((index) => `warning: ${message(index)}; the next image takes its place`).toSorted(),
    );
  });

  it('give the same batches and the same warnings in the same order for any number of workers', async () => {
    const broken = { train: withBroken(3, 4, 5, 50), maxBroken: 4 };
    const [none, ...others] = await Promise.all([0, 1, 2, 4].map((workers) => load({ ...broken, workers })));
    for (const other of others) expect(other).toEqual(none);
  });

  it.each(threads)(
    'are an error when there is one too many, after the others were told, %i workers',
    async (workers) => {
      const warnings: string[] = [];
      const options = { train: withBroken(3, 50, 70), maxBroken: 2, workers };
      const loader = await openSmall({ ...options, warn: (line) => void warnings.push(line) });
      const order = (await copies((await openSmall()).trainingBatches(1, 0))).flatMap(({ indices }) => [...indices]);
      const [first, second, third] = [3, 50, 70].sort((a, b) => order.indexOf(a) - order.indexOf(b));
      await expect(copies(loader.trainingBatches(1, 0))).rejects.toMatchObject({
        message: message(third),
        hint: '2 broken before it, as many as dataset.maxBroken allows',
        kind: 'failure',
      });
      expect(warnings).toEqual([first, second].map((i) => `warning: ${message(i)}; the next image takes its place`));
    },
  );

  it.each(threads)('are an error by default, %i workers', async (workers) => {
    const loader = await openSmall({ train: withBroken(11), workers });
    await expect(copies(loader.trainingBatches(1, 0))).rejects.toMatchObject({
      message: message(11),
      hint: 'dataset.maxBroken allows some broken images: others take the place of training images, evaluation leaves them out',
    });
  });

  it.each(threads)('end the run where no image is left, %i workers', async (workers) => {
    const positions = Uint32Array.of(5, 6, 7);
    const train = { ...randomDataset([0, 1, 2], 1, 8, 8), positions };
    const loader = await openSmall({ train, maxBroken: 100, workers });
    await expect(copies(loader.trainingBatches(1, 0))).rejects.toThrow(
      'cannot read images: not one of the 3 images of random train can be read',
    );
  });

  it.each(threads)('are left out of evaluation, %i workers', async (workers) => {
    const { evaluation } = smallLoading;
    const broken = [0, 5, 6, 20, 44];
    const positions = Uint32Array.from({ length: evaluation.count }, (_, i) => (broken.includes(i) ? 1000 + i : i));
    const warnings: string[] = [];
    const warn = (line: string): void => void warnings.push(line);
    const loader = await openSmall({ evaluation: { ...evaluation, positions }, maxBroken: 5, workers, warn });
    const whole = (await copies((await openSmall()).evaluationBatches())).flatMap(({ images }) => [...images]);
    for (let pass = 0; pass < 2; pass++) {
      const batches = await copies(loader.evaluationBatches());
      const kept = [...Array(45).keys()].filter((index) => !broken.includes(index));
      expect(batches.flatMap(({ indices }) => [...indices])).toEqual(kept);
      expect(batches.map(({ labels }) => labels.length)).toEqual([13, 15, 12]);
      expect(batches.flatMap(({ labels }) => [...labels])).toEqual(kept.map((index) => evaluation.labels[index]));
      const bytes = kept.flatMap((index) => whole.slice(192 * index, 192 * index + 192));
      expect(batches.flatMap(({ images }) => [...images])).toEqual(bytes);
      expect(loader.leftOut).toBe(5);
    }
    expect(warnings).toEqual(
      broken.map((i) => `warning: ${message(i).replace('train', 'test').replace('15936', '8640')}; it is left out`),
    );
  });

  it.each(threads)('end an evaluation of which no image is left, %i workers', async (workers) => {
    const positions = Uint32Array.from({ length: 45 }, (_, i) => 1000 + i);
    const loader = await openSmall({ evaluation: { ...smallLoading.evaluation, positions }, maxBroken: 100, workers });
    await expect(copies(loader.evaluationBatches())).rejects.toThrow(
      'not one of the 45 images of random test can be read',
    );
  });
});

describe('another error of a reader', () => {
  it.each(threads)('names the image, %i workers', async (workers) => {
    const images = undefined as unknown as Uint8Array;
    const loader = await openSmall({ train: { ...smallLoading.train, storage: { kind: 'memory', images } }, workers });
    await expect(loader.trainingBatches(1, 0).next()).rejects.toThrow(
      /^cannot read image \d+ of random train: Cannot read properties of undefined/,
    );
  });
});
