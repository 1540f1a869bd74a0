// Runs with accumulation, clipping and averages: one large batch, the same bytes after a stop, evaluation and export.
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/config/fingerprint.js';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';
import { createLoss } from '../../src/losses/registry.js';
import { sequence } from '../../src/nn/layer.js';
import { conv, relu } from '../../src/nn/layers.js';
import { pooledNetwork } from '../../src/models/pooled-network.js';
import { withAccumulation } from '../../src/optimizers/accumulation.js';
import { optimizerScalarsAt } from '../../src/optimizers/optimizer.js';
import { optimizerOptions } from '../../src/optimizers/options.js';
import { createOptimizer } from '../../src/optimizers/registry.js';
import { decodeSafetensors } from '../../src/records/safetensors.js';
import { withAverages } from '../../src/runs/averages.js';
import { evaluateRun } from '../../src/runs/evaluate.js';
import { openRunCheckpoint } from '../../src/runs/run-checkpoint.js';
import { exportRun } from '../../src/runs/exchange.js';
import { runExperiment } from '../../src/runs/run.js';
import { openTrainingSession } from '../../src/training/session.js';
import { readState } from '../../src/training/state.js';
import { groupOf } from '../../src/training/batch-groups.js';
import type { StepParts } from '../../src/training/step.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { generatedDataset } from '../support/generated-run.js';
import { testRunContext } from '../support/run-context.js';
import { checkpointsOf, makeData, outcomeOf, read, sha256Of } from '../support/runs.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await makeData(folder, 64);

describe('accumulation', () => {
  const dataset = generatedDataset(20, 1);
  const body = sequence(
    conv('conv1', { inputs: 3, outputs: 8, kernel: 3, stride: 2 }),
    relu,
    conv('conv2', { inputs: 8, outputs: 16, kernel: 3, stride: 2 }),
    relu,
  );
  /** Without batch normalization, whose statistics depend on the batch. */
  const network = pooledNetwork({ name: 'plain', body, featureSize: 16 }, dataset);
  const partsOf = (accumulates: boolean, name: 'sgd' | 'adamw'): StepParts => {
    const optimizer = createOptimizer(optimizerOptions.parse({ name, learningRate: name === 'sgd' ? 0.1 : 0.003 }));
    return {
      network,
      loss: createLoss({ name: 'cross-entropy' }, network),
      optimizer: accumulates ? withAccumulation(optimizer) : optimizer,
      format: dataset,
      precision: 'float32',
      accumulates,
      maxNorm: 0.5,
    };
  };
  const pixels = dataset.storage.images.length / dataset.count;
  const batchOf = (from: number, to: number) => ({
    images: dataset.storage.images.subarray(from * pixels, to * pixels),
    labels: dataset.labels.subarray(from, to),
  });

  /** Network and optimizer after 4 epochs of two updates, with a given batch size. */
  function train(batchSize: number, accumulate: number, name: 'sgd' | 'adamw', execution: 'captured' | 'eager') {
    const parts = partsOf(accumulate > 1, name);
    const sizes = { trainImages: 20, batchSize, evaluationImages: 0, evaluationBatchSize: 1 };
    const training = openTrainingSession(engine, parts, { execution, seed: 1, ...sizes });
    const batches = Math.ceil(20 / batchSize);
    const { learningRate } = parts.optimizer;
    for (let update = 1; update <= 8;) {
      for (let batch = 0; batch < batches; batch++) {
        const images = batchOf(batch * batchSize, Math.min(20, (batch + 1) * batchSize));
        const group = groupOf({ batch, images: images.labels.length }, batches, { accumulate, batchSize });
        const optimizerScalars = optimizerScalarsAt(parts.optimizer, { learningRate, step: update });
        training.runStep({ batch: images, optimizerScalars, seed: [1, 0], lossScalars: {}, group });
        if (group?.isLast ?? true) update += 1;
      }
    }
    const state = readState(training);
    training.close();
    return state;
  }

  it.each([
    ['sgd', 'captured'],
    ['sgd', 'eager'],
    ['adamw', 'captured'],
  ] as const)('over 3 batches of 4 is one batch of 12, over what is left one of 8: %s, %s', (name, execution) => {
    const large = train(12, 1, name, execution);
    const small = train(4, 3, name, execution);
    for (const { name: tensor, data } of large) {
      const other = small.find((each) => each.name === tensor)!;
      const [found, expected] = [other.data, data] as Float32Array[];
      expect(relativeDifference(found, [...expected]), tensor).toBeLessThan(1e-5);
    }
    const left = small.filter(({ name: tensor }) => tensor.startsWith('optimizer.accumulated.'));
    expect(left.length).toBeGreaterThan(3);
    for (const { data } of left) expect(new Set(data as Float32Array)).toEqual(new Set([0]));
  });
});

const configOf = (training: object, more: object = {}): ExperimentConfig =>
  experimentSchema.parse({
    experiment: 'tiny',
    dataset: { name: 'cifar10', dir: join(folder, 'data'), subset: 20, testSubset: 10 },
    model: { name: 'resnet', depth: 8 },
    loss: { name: 'isda', lambda0: 0.5 },
    schedule: { name: 'step', milestones: [2] },
    training: { epochs: 2, batchSize: 4, evaluationBatchSize: 10, ...training },
    ...more,
  });
const aids = { accumulate: 2, clipGradNorm: 1, ema: { decay: 0.9 } };

async function run(out: string, config: ExperimentConfig, stopRequested: () => string | undefined = () => undefined) {
  const { context, printed } = testRunContext(folder, engine, { stopRequested });
  const summary = await runExperiment(config, { out: join(folder, out), resume: true }, context).catch(
    (error: unknown) => error,
  );
  return { summary, printed: printed() };
}

/** Requests a stop after the given number of steps. */
function stopAfter(steps: number): () => string | undefined {
  let asked = 0;
  return () => (++asked >= steps ? 'SIGTERM' : undefined);
}

describe('a run', () => {
  it.each(executions)('stopped within a group of batches resumes to the same bytes (%s)', async (execution) => {
    const config = configOf({ ...aids, accumulate: 3, execution });
    const { printed } = await run(`whole-${execution}`, config);
    expect(printed).toMatch(/^updates {5}every 3 batches, 12 images; gradients clipped to a norm of 1; average/m);
    expect(printed).toMatch(/test error \d+\.\d\d%.* EMA error \d+\.\d\d%/);
    for (const turns of [1, 2, 4]) {
      const out = `stopped-${execution}-${turns}`;
      await run(out, config, stopAfter(turns));
      const stopped = checkpointsOf(join(folder, out)).at(-1)!;
      expect(stopped).toBe(`epoch-0001-step-000000${turns}.safetensors`);
      await run(out, config);
      expect(outcomeOf(join(folder, out))).toEqual(outcomeOf(join(folder, `whole-${execution}`)));
    }
  });

  it('keeps averages beside the weights, evaluates and exports them', async () => {
    const { summary } = await run('ema', configOf(aids));
    expect(summary).toMatchObject({
      last: { emaTestErrorPercent: expect.any(Number) as number },
      last10MeanEmaTestErrorPercent: expect.any(Number) as number,
    });
    const [header, , last] = read(folder, 'ema', 'metrics.csv').trimEnd().split('\n');
    const column = (name: string): number => Number(last.split(',')[header.split(',').indexOf(name)]);
    expect(column('ema_test_loss')).not.toBe(column('test_loss'));

    const opened = await openRunCheckpoint(join(folder, 'ema'), { overrides: [], workingDirectory: folder });
    const { context } = testRunContext(folder, engine);
    const evaluated = await evaluateRun(opened, { ...context, warn: () => undefined });
    expect(evaluated.values).toMatchObject({
      testLoss: column('test_loss'),
      emaTestLoss: column('ema_test_loss'),
      emaTestError: column('ema_test_error'),
    });

    // The exported averages are an ordinary network: as first weights, they give the averages' loss.
    const file = join(folder, 'ema.safetensors');
    await exportRun(withAverages(opened, 'export the averages'), file, context);
    const { tensors } = decodeSafetensors(readFileSync(file), file);
    expect(tensors.map(({ name }) => name).filter((name) => name.startsWith('ema.'))).toEqual([]);
    const stored = opened.checkpoint.tensors.find(({ name }) => name === 'ema.fc.weight')!;
    expect(tensors.find(({ name }) => name === 'fc.weight')!.data).toEqual(stored.data);
    const plain = await openRunCheckpoint(join(folder, 'whole-captured'), { overrides: [], workingDirectory: folder });
    expect(() =>
      withAverages({ ...plain, checkpoint: { ...plain.checkpoint, tensors: [] } }, 'export the averages'),
    ).toThrow('cannot export the averages: the run keeps no averages of its weights');

    const still = { name: 'sgd', learningRate: 1e-30 };
    const model = { name: 'resnet', depth: 8, weights: file, weightsSha256: sha256Of(file) };
    const from = await run(
      'from-ema',
      configOf({ epochs: 1, batchSize: 20, ema: { decay: 0, warmup: false } }, { model, optimizer: still }),
    );
    expect(from.printed).toContain('from ema.safetensors');
    const first = await openRunCheckpoint(join(folder, 'from-ema'), { overrides: [], workingDirectory: folder });
    const weightOf = (name: string) => first.checkpoint.tensors.find((tensor) => tensor.name === name)!.data;
    expect(weightOf('fc.weight')).toEqual(stored.data);
    expect(weightOf('ema.fc.weight')).toEqual(stored.data);
  });

  it('has the fingerprint it always had where none of them is on', () => {
    const plain = fingerprint(configOf({}));
    expect(fingerprint(configOf({ accumulate: 1 }, { optimizer: { headLearningRateFactor: 1 } }))).toBe(plain);
    const others = [
      { accumulate: 2 },
      { clipGradNorm: 1 },
      { ema: {} },
      { ema: { decay: 0.5 } },
      { ema: { warmup: false } },
    ];
    const found = others.map((training) => fingerprint(configOf(training)));
    expect(new Set([plain, ...found]).size).toBe(1 + others.length);
  });
});
