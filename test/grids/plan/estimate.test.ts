// Estimates before a grid runs: counted images, measured steps, unknown costs, and the time of several runs at once.
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../../src/config/schema.js';
import { createEstimator, timeWithJobs, type EstimateContext } from '../../../src/grids/plan/estimate.js';
import { stepKey } from '../../../src/grids/plan/step-times.js';
import { stepMemory } from '../../../src/training/step-memory.js';
import type { Engine } from '../../../src/engine/index.js';
import { buildParts, multiplyAddsOf } from '../../../src/runs/parts.js';
import { testEngine } from '../../support/engine.js';
import { test } from '../../temporary-folder.js';

const config = (more: object = {}, training: object = {}) =>
  experimentSchema.parse({
    experiment: 'test',
    model: { name: 'resnet', depth: 8 },
    training: { epochs: 3, batchSize: 20, evaluationBatchSize: 50, ...training },
    ...more,
  });

function estimator(folder: string, more: Partial<EstimateContext> = {}) {
  let time = 0;
  const measured: string[] = [];
  const estimate = createEstimator({
    environment: {},
    workingDirectory: folder,
    now: Date.now,
    openEngine: () => Promise.resolve(testEngine()),
    steps: 2,
    freeBytes: () => undefined,
    // The clock makes the calls take 100, 200, 300, … milliseconds.
    clock: () => (time += 50),
    measuring: ({ experiment }) => measured.push(experiment),
    ...more,
  });
  return { estimate, measured };
}

test('without the data takes the official numbers, and full batches where they are small', async ({ folder }) => {
  const { estimate } = estimator(folder);
  const { images, step, secondsPerEpoch, memoryBytes, diskBytes, reason } = await estimate(config());
  expect([images, reason]).toEqual([{ train: 50_000, evaluation: 10_000, counted: false }, undefined]);
  expect(step).toEqual({ training: 50, evaluation: 50, spread: 1, scaled: false });
  expect(secondsPerEpoch).toBeCloseTo((2500 * 50 + 200 * 50) / 1000, 6);
  expect(memoryBytes).toBe(stepMemory(await buildParts(config()), 20));
  // 78 042 parameters and their momentum, 672 running statistics; two newest checkpoints and the best one.
  const checkpoint = 4 * (2 * 78_042 + 2 * 336);
  expect(diskBytes).toBe(3 * checkpoint);
  const { diskBytes: short } = await estimate(config({}, { epochs: 2 }));
  expect(short).toBe(2 * checkpoint);
  const { diskBytes: one } = await estimate(config({ output: { keepCheckpoints: 1 } }));
  expect(one).toBe(2 * checkpoint);
});

test('takes the fastest of the counted steps, and how much slower the slowest was', async ({ folder }) => {
  const milliseconds = [1000, 400, 100, 1000, 50, 60];
  let [time, looks] = [0, 0];
  const clock = (): number => (time += looks++ % 2 === 0 ? 0 : milliseconds.shift()!);
  const { step } = await estimator(folder, { clock }).estimate(config());
  expect(step).toEqual({ training: 100, evaluation: 50, spread: 4, scaled: false });
});

test('counts the evaluations that are due', async ({ folder }) => {
  const { estimate } = estimator(folder);
  const { secondsPerEpoch } = await estimate(config({}, { epochs: 40, evaluateEvery: 15 }));
  // After epochs 1, 15, 30 and 31 to 40.
  expect(secondsPerEpoch).toBeCloseTo((2500 * 50 + (13 / 40) * 200 * 50) / 1000, 6);
});

test('counts the steps that synthetic images add to an epoch', async ({ folder }) => {
  const synthetic = { generator: 'generator', fraction: 0.25 };
  const { secondsPerEpoch } = await estimator(folder).estimate(config({ dataset: { name: 'cifar10', synthetic } }));
  // 15 of the 20 images of a batch are real.
  expect(secondsPerEpoch).toBeCloseTo(((50_000 / 15) * 50 + 200 * 50) / 1000, 6);
});

test('counts a best checkpoint beside each newest one where they are not of the same epochs', async ({ folder }) => {
  const checkpoint = 4 * (2 * 78_042 + 2 * 336);
  const checkpoints = async (checkpointEvery: unknown, training = {}): Promise<number> =>
    (await estimator(folder).estimate(config({ output: { checkpointEvery } }, training))).diskBytes! / checkpoint;
  expect(await checkpoints({ epochs: 1 })).toBe(3);
  expect(await checkpoints(2)).toBe(4);
  expect(await checkpoints({ steps: 100 }, { epochs: 1 })).toBe(3);
});

test('counts subsets and hold-out sets', async ({ folder }) => {
  const { estimate } = estimator(folder);
  const counts = async (dataset: object) =>
    (await estimate(config({ dataset: { name: 'cifar100', ...dataset } }))).images;
  expect(await counts({ holdout: 5000 })).toMatchObject({ train: 45_000, evaluation: 5000 });
  expect(await counts({ subset: 1000, testSubset: 200 })).toMatchObject({ train: 1000, evaluation: 200 });
});

test('measures a step once, whatever changes from step to step', async ({ folder }) => {
  const { estimate, measured } = estimator(folder);
  const isda = (lambda0: number) => config({ loss: { name: 'isda', lambda0 } }, { seed: lambda0 + 1 });
  await estimate(isda(1));
  await estimate(isda(2));
  await estimate(
    config({ loss: { name: 'isda' }, optimizer: { learningRate: 0.3 }, dataset: { name: 'cifar10', subset: 50 } }),
  );
  expect(measured).toHaveLength(1);
  await estimate(config({ loss: { name: 'isda', covariance: 'diagonal' } }));
  await estimate(config({ loss: { name: 'isda' } }, { batchSize: 21 }));
  expect(measured).toHaveLength(3);
});

test('scales what a CPU would take long for, measured with fewer images', async ({ folder }) => {
  const computed: number[] = [];
  const engine = testEngine();
  // Sessions are opened as usual but compute nothing: only the number of images matters.
  const counting: Engine = {
    ...engine,
    device: { ...engine.device, kind: 'cpu' },
    createSession: (...parts) => ({
      ...engine.createSession(...parts),
      call: (_, { labels }) => {
        computed.push(labels.length);
        return { loss: Float32Array.of(0), correct: Int32Array.of(0) };
      },
    }),
  };
  const { estimate } = estimator(folder, { openEngine: () => Promise.resolve(counting) });
  const { step } = await estimate(config({}, { batchSize: 20_000 }));
  const [images] = computed;
  expect(computed).toEqual([images, images, images, 50, 50, 50]);
  // 12.5 million multiply-adds per image forward, and twice as many backward.
  expect(images).toBe(Math.floor(2e11 / (3 * multiplyAddsOf(await buildParts(config())))));
  expect(step).toEqual({ training: (50 * 20_000) / images, evaluation: 50, spread: 1, scaled: true });
});

describe('what cannot be known is said, and what is known stays', () => {
  test('memory', async ({ folder }) => {
    const { estimate, measured } = estimator(folder, { freeBytes: () => 1e8 });
    const { reason, step, memoryBytes, tooLarge } = await estimate(config());
    expect(reason).toMatch(/^cannot measure a step: it needs about [\d.]+ MiB, and 95\.4 MiB are free$/);
    expect([step, measured, tooLarge]).toEqual([undefined, [], true]);
    expect(memoryBytes).toBe(stepMemory(await buildParts(config()), 20));
  });
  test('the engine', async ({ folder }) => {
    const { estimate } = estimator(folder, { openEngine: () => Promise.reject(new Error('no engine\nat all')) });
    expect(await estimate(config())).toMatchObject({ reason: 'no engine', images: { train: 50_000 } });
  });
  test('a folder of images that is not there', async ({ folder }) => {
    const { estimate } = estimator(folder);
    const { reason } = await estimate(
      config({ dataset: { name: 'image-folder', dir: 'nowhere' }, model: { name: 'imagenet-resnet', depth: 18 } }),
    );
    expect(reason).toMatch(/^cannot /);
  });
});

it('the key of a step has what the step is made of', () => {
  expect(stepKey(config({}, { device: 'cpu' }))).not.toBe(stepKey(config()));
  expect(stepKey(config({}, { epochs: 9, seed: 9 }))).toBe(stepKey(config()));
});

it('the key of a step has the operations of its optimizer, and not their numbers', () => {
  const keyOf = (optimizer: object): string => stepKey(config({ optimizer }));
  expect(keyOf({ learningRate: 3, momentum: 0.1, weightDecay: 1 })).toBe(keyOf({}));
  expect(keyOf({ name: 'adam', beta1: 0.5, beta2: 0.9, epsilon: 1 })).toBe(keyOf({ name: 'adam' }));
  expect(keyOf({ name: 'rmsprop', alpha: 0.5, momentum: 0.5 })).toBe(keyOf({ name: 'rmsprop', momentum: 0.9 }));
  const different = [
    ...[{}, { nesterov: false }, { name: 'adam' }, { name: 'adamw' }],
    ...[{ name: 'rmsprop' }, { name: 'rmsprop', momentum: 0.9 }, { name: 'rmsprop', centered: true }],
  ];
  expect(new Set(different.map(keyOf)).size).toBe(7);
});

it('the key of a step has what makes a step another, and not its numbers', () => {
  const module = { module: '/metrics.mjs' };
  const different = [
    config(),
    config({}, { accumulate: 2 }),
    config({}, { clipGradNorm: 1 }),
    config({}, { ema: {} }),
    config({}, { metrics: module }),
    config({}, { layout: 'channels-last' }),
    config({}, { persistentBatchNorm: true }),
    config({ optimizer: { headLearningRateFactor: 10 } }),
    config({ augmentation: { mixup: {} } }),
    config({ augmentation: { cutmix: {} } }),
    ...['/a.mjs', '/b.mjs'].map((path) => config({ optimizer: { name: 'custom', module: path, learningRate: 1 } })),
    config({ optimizer: { name: 'custom', module: '/a.mjs', options: { order: 2 } } }),
  ];
  expect(new Set(different.map(stepKey)).size).toBe(different.length);
  expect(stepKey(config({}, { accumulate: 4, clipGradNorm: 2, ema: { decay: 0.5 } }))).toBe(
    stepKey(config({}, { accumulate: 2, clipGradNorm: 1, ema: {} })),
  );
});

it('runs begin in order as places fall free', () => {
  expect(timeWithJobs([5, 3, 2, 2], 1)).toBe(12);
  expect(timeWithJobs([5, 3, 2, 2], 2)).toBe(7);
  expect(timeWithJobs([5], 4)).toBe(5);
  expect(timeWithJobs([], 2)).toBe(0);
});
