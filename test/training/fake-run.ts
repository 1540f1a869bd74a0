// Runs the trainer without TensorFlow: a fake session records its calls and returns given losses.
import { augmentationOptions } from '../../src/data/augment/options.js';
import { openLoader } from '../../src/data/loader/loader.js';
import type { Session } from '../../src/engine/session.js';
import type { HostArray } from '../../src/engine/types.js';
import type { Loss } from '../../src/losses/loss.js';
import type { MetricsRow } from '../../src/records/metrics-columns.js';
import { optimizerOptions, type OptimizerOptions } from '../../src/optimizers/options.js';
import { createOptimizer } from '../../src/optimizers/registry.js';
import { metricsOf } from '../../src/training/metrics/registry.js';
import { createSchedule } from '../../src/training/schedules/registry.js';
import { trainingSessionOver } from '../../src/training/session.js';
import { epochStart, type RunPosition } from '../../src/training/state.js';
import { trainNetwork, type TrainerRun } from '../../src/training/trainer.js';
import { randomDataset } from '../data/helpers.js';

export interface NotedCall {
  readonly name: string;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/** Calls answered by `answer`, which gets the function's name and the number of previous calls. */
export function fakeSession(
  answer: (
    name: string,
    index: number,
    inputs: Readonly<Record<string, HostArray>>,
  ) => Record<string, number | number[]>,
) {
  const calls: NotedCall[] = [];
  /** The values that steps with a slot write into the session's variables. */
  const variables = new Map(['step.loss', 'step.correct'].map((name) => [name, new Float32Array(100)]));
  const session: Session = {
    call(name, inputs) {
      const noted = Object.fromEntries(Object.entries(inputs).map(([key, values]) => [key, Array.from(values)]));
      const outputs = answer(name, calls.length, inputs);
      calls.push({ name, inputs: noted });
      if ('slot' in inputs) {
        for (const key of ['loss', 'correct']) variables.get(`step.${key}`)![inputs['slot'][0]] = Number(outputs[key]);
        return { done: Int32Array.of(1) };
      }
      return Object.fromEntries(
        Object.entries(outputs).map(([key, value]) => [key, Float32Array.from([value].flat())]),
      );
    },
    read: (names) => new Map(names.map((name) => [name, variables.get(name)!.slice()])),
    write: () => undefined,
    close: () => undefined,
  };
  return { session, calls };
}

const sampleLoss: Loss = {
  name: 'sample',
  tensors: [],
  scalars: { lambda: ({ iteration, totalIterations }) => iteration / totalIterations },
  compute: ({ logits }) => logits,
};

/** 7 training images in batches of 3 (3, 3, 1), 5 test images in batches of 2, three epochs by default. */
const train = randomDataset([0, 1, 2, 0, 1, 2, 0], 1, 8, 8);
const evaluation = randomDataset([0, 1, 2, 0, 1], 2, 8, 8);

interface FakeRun {
  readonly position?: RunPosition;
  readonly answer?: Parameters<typeof fakeSession>[0];
  /** Called after every call; a returned name stops the run. */
  readonly stopAfterCall?: (calls: number) => string | undefined;
  readonly clock?: () => number;
  /** Whether a checkpoint is due after a step. */
  readonly due?: (place: { readonly epoch: number; readonly batch: number }) => boolean;
  /** The number of steps after which their outcomes are read. */
  readonly readEvery?: number;
  readonly epochs?: number;
  /** The number of epochs between evaluations. */
  readonly evaluateEvery?: number;
  readonly optimizer?: OptimizerOptions;
}

/** Runs the trainer to its end; returns everything that it did and reported, in order. */
export async function runTrainer({
  position = epochStart(1),
  answer = plain,
  stopAfterCall,
  due = () => false,
  clock: ownClock,
  readEvery = 1,
  epochs = 3,
  evaluateEvery = 1,
  optimizer = optimizerOptions.parse({ name: 'sgd' }),
}: FakeRun) {
  const { session, calls } = fakeSession(answer);
  const events: string[] = [];
  const rows: MetricsRow[] = [];
  const checkpoints: RunPosition[] = [];
  let clock = 0;
  const training = {
    epochs,
    batchSize: 3,
    evaluationBatchSize: 2,
    evaluateEvery,
    seed: 5,
    execution: 'captured',
    precision: 'float32',
    workers: 0,
    readEvery: 'auto',
    device: 'cpu',
    tf32: true,
    xla: false,
    deterministic: false,
    persistentBatchNorm: 'auto',
    layout: 'auto',
  } as const;
  const loader = await openLoader({
    ...{ ...training, train, evaluation, maxBroken: 0, clock: () => 0, evaluatedAfter: () => true },
    augmentation: augmentationOptions.parse({ padCrop: { padding: 2 } }),
    warn: (line) => void events.push(line),
  });
  const run: TrainerRun = {
    config: { training },
    parts: {
      loss: sampleLoss,
      optimizer: createOptimizer(optimizer),
      schedule: createSchedule({ name: 'step', milestones: [2, 3], factor: 0.1 }, optimizer.learningRate),
    },
    metrics: metricsOf({ classes: 3, recordedScalars: [] }),
    training: trainingSessionOver(session, [], readEvery),
    loader,
    position,
    context: { clock: ownClock ?? (() => (clock += 500)), stopRequested: () => stopAfterCall?.(calls.length) },
  };
  const signal = await trainNetwork(run, {
    batch: ({ epoch, batch }) => void events.push(`batch ${epoch}.${batch}`),
    async epoch(row) {
      await Promise.resolve();
      rows.push(row);
      events.push(`epoch ${row.epoch}`);
    },
    async checkpoint(next, reason) {
      await Promise.resolve();
      checkpoints.push(next);
      events.push(`checkpoint ${next.epoch}.${next.batch} ${reason}`);
    },
    checkpointDue: due,
    lastCheckpoint: () => ({ path: 'last.safetensors', at: 'epoch 1, step 0' }),
  });
  return { signal, calls, events, rows, checkpoints };
}

/** Losses and hits that differ from call to call. */
export function plain(
  name: string,
  _index: number,
  inputs: Readonly<Record<string, HostArray>>,
): Record<string, number> {
  const count = inputs['labels'].length;
  // A function of the batch, like a real step's loss, so that a restarted run gets the same.
  const [label] = inputs['labels'];
  const value = 1 + label + count / 8 + (inputs['images'][0] % 16) / 16;
  return name.startsWith('train') ? { loss: value, correct: count - 1 } : { lossSum: value, correct: count - 1 };
}
