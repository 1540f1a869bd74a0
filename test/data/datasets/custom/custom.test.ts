// A data set in a user's file: its images, its use in a run, and messages for mistakes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../../src/common/random.js';
import { createPipeline } from '../../../../src/data/augment/pipeline.js';
import { createReader } from '../../../../src/data/create-reader.js';
import { loadCustom } from '../../../../src/data/datasets/custom/source.js';
import { augmentationOptions } from '../../../../src/data/augment/options.js';
import { datasetOptions, type CustomDatasetOptions } from '../../../../src/data/options.js';
import { createPassOver } from '../../../../src/data/loader/broken-images.js';
import { openReadImages } from '../../../../src/data/loader/read-images.js';
import { createPlainReader, readImages } from '../../../../src/data/plain-images.js';
import { loadSplits } from '../../../../src/data/registry.js';
import { selectImages } from '../../../../src/data/source.js';
import { channelStatistics } from '../../../../src/data/statistics.js';
import { temporaryFolder } from '../../helpers.js';
import { copies, openSmall } from '../../loader/support.js';

const whole = `
  export const createDataset = async ({ part, options }) => ({
    classNames: ['even', 'odd'], count: part === 'train' ? 9 : 4,
    labels: Array.from({ length: part === 'train' ? 9 : 4 }, (_, i) => i % 2),
    height: 5, width: 4, mean: [1, 2, 3], std: [4, 5, 6],
    read: async (index) => {
      if (index === options.broken && part === (options.part ?? 'train')) throw new Error('no such page');
      return new Uint8Array(60).map((_, i) => (options.base ?? 0) + 10 * index + i);
    },
  });`;

async function options(source: string, own: object = {}): Promise<CustomDatasetOptions> {
  const module = join(await temporaryFolder(), 'data.mjs');
  await writeFile(module, source);
  return datasetOptions.parse({ name: 'custom', module, options: own }) as CustomDatasetOptions;
}

const plain = augmentationOptions.parse({ padCrop: false, flip: false });

describe('a data set of one’s own', () => {
  it('gives the bytes, labels and format of its file', async () => {
    const { train, test } = await loadCustom(await options(whole, { base: 3 }));
    expect(train).toMatchObject({ name: 'custom', classes: 2, count: 9, height: 5, width: 4, mean: [1, 2, 3] });
    expect([...test.labels]).toEqual([0, 1, 0, 1]);
    const reader = await createReader(train, plain);
    const target = new Uint8Array(62);
    await reader.evaluate(2, target, 1);
    expect([...target]).toEqual([0, ...Array.from({ length: 60 }, (_, i) => 23 + i), 0]);
    const again = new Uint8Array(62);
    await reader.train(2, 1, 1, again, 1);
    expect(again).toEqual(target);
  });

  it('is augmented with the random numbers of the seed, the epoch and the index', async () => {
    const { train } = await loadCustom(await options(whole));
    const augmentation = augmentationOptions.parse({ padCrop: { padding: 2 } });
    const reader = await createReader(train, augmentation);
    const pipeline = createPipeline(augmentation, train);
    const stored = new Uint8Array(60).map((_, i) => 20 + i);
    const made = new Set<string>();
    for (const [seed, epoch] of [
      [1, 1],
      [1, 2],
      [2, 1],
    ]) {
      const [found, expected] = [new Uint8Array(60), new Uint8Array(60)];
      await reader.train(2, seed, epoch, found, 0);
      pipeline(stored, 0, expected, 0, randomStream(seed, 'augment', epoch, 2));
      expect(found, `seed ${seed}, epoch ${epoch}`).toEqual(expected);
      made.add(found.join());
    }
    expect(made.size).toBe(3);
  });

  it('is split, read in worker threads and passed over where it is broken', async () => {
    const dataset = await options(whole, { broken: 4 });
    const places = { environment: {}, workingDirectory: '/', now: Date.now };
    const splits = await loadSplits({ ...dataset, holdout: 2 }, places);
    expect([splits.train.count, splits.evaluation.count, splits.evaluationName]).toEqual([7, 2, 'holdout']);
    const epochs: unknown[] = [];
    for (const workers of [0, 2]) {
      const warnings: string[] = [];
      const warn = (line: string): void => void warnings.push(line);
      const { train, test: evaluation } = await loadCustom(dataset);
      const loader = await openSmall({ train, evaluation, augmentation: plain, workers, maxBroken: 1, warn });
      epochs.push(await copies(loader.trainingBatches(1, 0)));
      expect(warnings.join()).toContain(`4 of train of ${dataset.module}: no such page`);
    }
    expect(epochs[1]).toEqual(epochs[0]);
  });

  it.each([0, 2])('is evaluated without its broken images, %i workers', async (workers) => {
    const { train, test: evaluation } = await loadCustom(await options(whole, { broken: 2, part: 'test' }));
    const loader = await openSmall({ train, evaluation, augmentation: plain, workers, maxBroken: 1 });
    const [{ indices, labels, images }] = await copies(loader.evaluationBatches());
    expect([[...indices], [...labels]]).toEqual([[0, 1, 3], [0, 1, 1]]); // prettier-ignore
    expect([0, 1, 2].map((at) => images[60 * at])).toEqual([0, 10, 30]);
  });

  it('may give one buffer for all images, to the loader as to all else that reads', async () => {
    const scratch = `
      export const createDataset = ({ part }) => {
        const scratch = new Uint8Array(12);
        return {
          classNames: ['a', 'b'], count: 16, labels: Array.from({ length: 16 }, (_, i) => i % 2),
          height: 2, width: 2, mean: [100, 100, 100], std: [50, 50, 50],
          read(index) { scratch.fill(10 * index); return scratch; },
        };
      };`;
    const { train, test: evaluation } = await loadCustom(await options(scratch));
    const wanted = Array.from({ length: 16 }, (_, index) => 10 * index);
    const plan = { train, evaluation, augmentation: plain, seed: 1, maxBroken: 0 };
    const read = await openReadImages(plan);
    for (const part of ['train', 'evaluation'] as const) {
      const images = new Uint8Array(16 * 12);
      const indices = Uint32Array.from({ length: 16 }, (_, index) => index);
      await read({ part, epoch: 1, indices }, { first: 0, end: 16 }, images, 0, () => false);
      expect(wanted.map((_, at) => images[12 * at])).toEqual(wanted);
    }
    const images = await readImages(train, [...wanted.keys()]);
    expect(wanted.map((_, at) => images[12 * at])).toEqual(wanted);
    const { mean } = await channelStatistics(train, await createPlainReader(train), {
      onImage: () => undefined,
      passOver: createPassOver(0, () => undefined),
    });
    expect(mean[0]).toBeCloseTo(75, 10);
  });

  /** A data set of 9 images with the labels 0, 1, 0, …; `label` and `count` may use `calls` and `threadId`. */
  const changing = (label: string, count = '9'): string => `
    import { threadId } from 'node:worker_threads';
    let calls = -1;
    export const createDataset = () => {
      calls += 1;
      const count = ${count};
      return {
        classNames: ['a', 'b'], count, labels: Array.from({ length: count }, (_, i) => (${label}) % 2),
        height: 2, width: 2, mean: [0, 0, 0], std: [1, 1, 1], read: () => new Uint8Array(12),
      };
    };`;

  it.each([
    ['other labels', changing('i + (calls > 1 ? 1 : 0)'), 'image 5 of train has first the label 1, then 0'],
    ['fewer images', changing('i', 'calls > 1 ? 5 : 9'), 'image 5 of train has first the label 1, then it is missing'],
  ])('is refused if it gives %s in a later call', async (_, source, message) => {
    const { train } = await loadCustom(await options(source));
    const reader = createReader(selectImages(train, [5, 2]), plain);
    await expect(reader).rejects.toThrow(`createDataset gives other labels in each call: ${message}`);
  });

  it('is refused if it gives other labels in a worker thread', async () => {
    const { train, test: evaluation } = await loadCustom(await options(changing('i + (threadId > 0 ? 1 : 0)')));
    const plan = { train, evaluation, augmentation: plain };
    await expect(openSmall({ ...plan, workers: 0 })).resolves.toBeDefined();
    await expect(openSmall({ ...plan, workers: 1 })).rejects.toThrow('image 0 of train has first the label 0, then 1');
  });

  it.each([0, 1])('names the image that a custom augmentation fails on, with %i workers', async (workers) => {
    const dataset = await options(whole);
    const module = join(await temporaryFolder(), 'dim.mjs');
    const apply = 'apply(pixels) { if (pixels[0] === 20) throw new Error("too dim"); }';
    await writeFile(module, `export const createAugmentation = () => ({ name: 'dim', ${apply} });`);
    const { train, test: evaluation } = await loadCustom(dataset);
    const augmentation = { ...plain, custom: { module, options: {} } };
    const loader = await openSmall({ train, evaluation, augmentation, workers });
    await expect(copies(loader.trainingBatches(1, 0))).rejects.toMatchObject({
      message: `cannot augment an image by ${module}: too dim`,
      place: expect.stringMatching(`^image 2 of train of ${dataset.module}\n${module}:1:`) as string,
    });
  });

  const complete =
    "classNames: ['a', 'b'], count: 2, labels: [0, 1], height: 1, width: 1, mean: [0, 0, 0], std: [1, 1, 1]";
  const dataset = (text: string): string => `export const createDataset = ({ part }) => ({ ${text} });`;

  it.each([
    ['no createDataset', 'export const other = 1;', 'it does not export a function createDataset'],
    [
      'a factory that throws',
      'export const createDataset = () => { throw new Error("no disk"); };',
      'createDataset failed: no disk',
    ],
    ['no read', dataset(complete), 'read: expected a function'],
    ['too few labels', dataset(`${complete}, labels: [0], read: () => 0`), 'labels: expected 2 labels (count), got 1'],
    [
      'a label too large',
      dataset(`${complete}, labels: [0, 2], read: () => 0`),
      'labels: expected 0 … 1, image 1 has 2',
    ],
    ['one class', dataset(`${complete}, classNames: ['a'], read: () => 0`), 'classNames: '],
    ['a deviation of 0', dataset(`${complete}, std: [1, 0, 1], read: () => 0`), 'std.1: '],
    [
      'levels from 0 to 1',
      dataset(`${complete}, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], read: () => 0`),
      'std: expected levels from 0 to 255, got 0.229, 0.224, 0.225: multiply mean and std by 255',
    ],
    [
      'deviations in two units',
      dataset(`${complete}, mean: [120, 110, 100], std: [58, 0.224, 57], read: () => 0`),
      'std: expected levels from 0 to 255, got 58, 0.224, 57: some are from 0 to 1',
    ],
    [
      'a mean in another unit than the deviation',
      dataset(`${complete}, mean: [0.485, 0.456, 0.406], std: [58, 57, 57], read: () => 0`),
      'mean: expected levels from 0 to 255, got 0.485, 0.456, 0.406: mean is from 0 to 1, and std is not: multiply mean by 255',
    ],
    ['a negative deviation', dataset(`${complete}, std: [-58, 57, 57], read: () => 0`), 'std.0: '],
    ['a mean below 0', dataset(`${complete}, mean: [0, -1, 0], read: () => 0`), 'mean.1: '],
    ['a mean above 255', dataset(`${complete}, mean: [0, 0, 256], read: () => 0`), 'mean.2: '],
    ['a deviation above 255', dataset(`${complete}, std: [1, 1, 300], read: () => 0`), 'std.2: '],
    ['parts that differ', dataset(`${complete}, width: part.length, read: () => 0`), 'its parts train and test differ'],
  ])('with %s is refused', async (_, source, reason) => {
    const own = await options(source);
    await expect(loadCustom(own)).rejects.toThrow(`cannot use the module ${own.module}: `);
    await expect(loadCustom(own)).rejects.toThrow(reason);
  });

  it.each(['new Uint8Array(2)', '[1, 2, 3]', 'undefined'])('whose read gives %s is said so', async (value) => {
    const { train } = await loadCustom(await options(dataset(`${complete}, read: () => ${value}`)));
    const reader = await createReader(train, plain);
    await expect(async () => reader.evaluate(1, new Uint8Array(3), 0)).rejects.toThrow(
      /^cannot read image 1 of train of .*data.mjs: its `read` must give a Uint8Array of 3 bytes$/,
    );
  });
});
