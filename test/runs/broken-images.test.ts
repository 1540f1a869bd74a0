// A run with unreadable test images: no number of the evaluation includes them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { evaluateRun, examineRun } from '../../src/runs/evaluate.js';
import { openRunCheckpoint } from '../../src/runs/run-checkpoint.js';
import { runExperiment } from '../../src/runs/run.js';
import { testEngine } from '../support/engine.js';
import { testRunContext } from '../support/run-context.js';

const engine = testEngine();
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const { context, printed } = testRunContext(folder, engine);

/** Each test image is a uniform grey; `broken` images cannot be read, `absent` ones do not exist. */
const source = `
  const isGone = (index, gone) => gone.includes(index);
  export const createDataset = ({ part, options: { broken, absent } }) => {
    const of = Array.from({ length: 12 }, (_, i) => i).filter((i) => part === 'train' || !isGone(i, absent));
    return {
      classNames: ['dark', 'light'], count: of.length, labels: of.map((i) => (i * 7) % 2),
      height: 8, width: 8, mean: [120, 120, 120], std: [60, 60, 60],
      read(at) {
        if (part === 'test' && isGone(of[at], broken)) throw new Error('no such page');
        return new Uint8Array(192).fill(20 * of[at]);
      },
    };
  };`;
const module = join(folder, 'data.mjs');
await writeFile(module, source);
const gone = [1, 2, 5, 6, 10, 11];

const configOf = (options: object) =>
  experimentSchema.parse({
    experiment: 'tiny',
    dataset: { name: 'custom', module, options, maxBroken: 6 },
    augmentation: { padCrop: false },
    model: { name: 'resnet', depth: 8 },
    loss: { name: 'cross-entropy' },
    training: { epochs: 1, batchSize: 12, evaluationBatchSize: 5, workers: 0 },
  });

it('measures the readable images alone, and says how many were left out', async () => {
  const out = join(folder, 'broken');
  const whole = await runExperiment(
    configOf({ broken: [], absent: gone }),
    { out: join(folder, 'absent'), resume: true },
    context,
  );
  const summary = await runExperiment(configOf({ broken: gone, absent: [] }), { out, resume: true }, context);
  expect(whole.evaluationImagesLeftOut).toBeUndefined();
  expect(summary.evaluationImagesLeftOut).toBe(6);
  expect(printed()).toContain('left out    6 of 12 test images, which are broken');
  expect(summary.last.testErrorPercent).toBe(whole.last.testErrorPercent);
  expect(summary.last.testLoss).toBeCloseTo(whole.last.testLoss, 5);
  // A finished run keeps its output.
  const again = await runExperiment(configOf({ broken: gone, absent: [] }), { out, resume: true }, context);
  expect(again).toEqual(summary);

  const opened = await openRunCheckpoint(out, { overrides: [`dataset.module=${module}`], workingDirectory: folder });
  const warnings: string[] = [];
  const evaluating = { ...context, warn: (line: string): void => void warnings.push(line) };
  const outcome = await evaluateRun(opened, evaluating);
  expect(outcome).toMatchObject({ images: 6, leftOut: 6 });
  expect(outcome.values['testError']).toBe(whole.last.testErrorPercent);
  expect(warnings).toEqual(gone.map((i) => `warning: cannot read image ${i} of test of ${module}: no such page; it is left out`)); // prettier-ignore
  const { examined } = await examineRun(opened, evaluating);
  const { indices, labels, predicted } = examined.predictions;
  expect([...indices]).toEqual([0, 3, 4, 7, 8, 9]);
  const wrong = labels.filter((label, at) => predicted[at] !== label).length;
  expect((100 * wrong) / 6).toBe(whole.last.testErrorPercent);
});

it('says so too where it was stopped in its last evaluation, or is asked for with other settings when done', async () => {
  const out = join(folder, 'stopped');
  const broken = configOf({ broken: gone, absent: [] });
  let turns = 0;
  // Stops after the only step and the first batch of the evaluation.
  const stopRequested = (): string | undefined => (++turns === 2 ? 'SIGTERM' : undefined);
  await expect(runExperiment(broken, { out, resume: true }, { ...context, stopRequested })).rejects.toThrow(
    'stopped by SIGTERM',
  );
  const resumed = await runExperiment(broken, { out, resume: true }, context);
  expect(resumed).toMatchObject({ evaluationImagesLeftOut: 6 });
  const other = { ...broken, training: { ...broken.training, evaluationBatchSize: 4 } };
  expect(await runExperiment(other, { out, resume: true }, context)).toMatchObject({ evaluationImagesLeftOut: 6 });
  // The state after a kill between the last checkpoint and the summary.
  await rm(join(out, 'summary.json'));
  expect(await runExperiment(other, { out, resume: true }, context)).toMatchObject({ evaluationImagesLeftOut: 6 });
});

it('keeps the number in checkpoints before the first evaluation of a resumed run', async () => {
  const out = join(folder, 'between');
  const { training, ...rest } = configOf({ broken: gone, absent: [] });
  // Epochs 2 to 4 are not evaluated.
  const config = { ...rest, training: { ...training, epochs: 14, evaluateEvery: 14 } };
  const leftOutAfter = async (stopAt: number): Promise<unknown> => {
    let turns = 0;
    const stopRequested = (): string | undefined => (++turns === stopAt ? 'SIGTERM' : undefined);
    await expect(runExperiment(config, { out, resume: true }, { ...context, stopRequested })).rejects.toThrow(
      'stopped by SIGTERM',
    );
    const opened = await openRunCheckpoint(out, { overrides: [`dataset.module=${module}`], workingDirectory: folder });
    return opened.checkpoint.progress;
  };
  // A step and three batches of evaluation are the first epoch.
  expect(await leftOutAfter(5)).toMatchObject({ epoch: 2, batch: 1, evaluationImagesLeftOut: 6 });
  expect(await leftOutAfter(1)).toMatchObject({ epoch: 3, batch: 1, evaluationImagesLeftOut: 6 });
});
