// Measures the training and evaluation step of a config on this machine.
import { randomStream } from '../../common/random.js';
import type { ExperimentConfig } from '../../config/schema.js';
import type { Engine } from '../../engine/index.js';
import { evaluateBatch } from '../../training/evaluation.js';
import { requireMemory } from '../../runs/memory.js';
import { openTrainingSession } from '../../training/session.js';
import { measuredStep, randomBatch } from '../../training/step-inputs.js';
import type { StepParts } from '../../training/step.js';
import { multiplyAddsOf } from '../../runs/parts.js';

/** Milliseconds per step of a full batch. */
export interface StepTimes {
  readonly training: number;
  readonly evaluation: number;
  /** Slowest measured step divided by the fastest, the larger of both kinds; much more than 1 on a busy machine. */
  readonly spread: number;
  /** Whether the times were measured with fewer images and scaled. */
  readonly scaled: boolean;
}

/** Number of images per step of a measurement. */
interface MeasuredBatches {
  readonly training: number;
  readonly evaluation: number;
}

interface StepTimesOptions {
  readonly batches: MeasuredBatches;
  /** Number of measured steps of each kind; fewer if they take long. */
  readonly steps: number;
  /** Milliseconds. */
  readonly clock: () => number;
}

/** A CPU takes a few seconds for this many multiply-adds; larger steps are measured with fewer images. */
const maxMultiplyAdds = 2e11;

/** Returns the batch sizes to measure steps with: on a GPU the full ones, on a CPU limited to a few seconds. */
export function measuredBatches(
  { training }: ExperimentConfig,
  parts: StepParts,
  device: 'cpu' | 'cuda',
): MeasuredBatches {
  const { batchSize, evaluationBatchSize } = training;
  if (device === 'cuda') return { training: batchSize, evaluation: evaluationBatchSize };
  const forward = multiplyAddsOf(parts);
  const fitting = (images: number, each: number): number =>
    Math.min(images, Math.max(1, Math.floor(maxMultiplyAdds / each)));
  // The backward pass takes twice as long as the forward pass.
  return { training: fitting(batchSize, 3 * forward), evaluation: fitting(evaluationBatchSize, forward) };
}

/** No further steps of a kind are measured after this time. */
const enoughMilliseconds = 10_000;

/**
 * The settings that the time of an optimizer's step depends on: not its numbers, except that RMSprop without momentum
 * has fewer operations; the options of a custom optimizer may change its operations.
 */
const optimizerKey = (optimizer: ExperimentConfig['optimizer']): readonly unknown[] =>
  optimizer.name === 'rmsprop'
    ? [optimizer.name, optimizer.centered, optimizer.momentum > 0]
    : [
        optimizer.name,
        optimizer.name === 'sgd' && optimizer.nesterov,
        'module' in optimizer && [optimizer.module, optimizer.options],
      ];

/**
 * Optional operations of a step: mixed images, accumulated or clipped gradients, averaged weights, custom metrics.
 * Their numbers do not matter.
 */
const extrasKey = ({ augmentation, optimizer, training }: ExperimentConfig): readonly unknown[] => [
  ...[augmentation.mixup !== false, augmentation.cutmix !== false],
  (optimizer.headLearningRateFactor ?? 1) !== 1,
  ...[(training.accumulate ?? 1) > 1, training.clipGradNorm !== undefined, training.ema !== undefined],
  training.metrics,
];

/** Returns a key that is equal for configs with the same step; values that change from step to step are ignored. */
export function stepKey(config: ExperimentConfig): string {
  const { model, loss, dataset, optimizer, training } = config;
  const { batchSize, evaluationBatchSize, execution, precision, device, tf32, xla, deterministic } = training;
  const { persistentBatchNorm, layout } = training;
  return JSON.stringify([
    model,
    { ...loss, lambda0: undefined, schedule: undefined },
    {
      ...dataset,
      dir: undefined,
      holdout: undefined,
      validationFraction: undefined,
      validationSeed: undefined,
      subset: undefined,
      testSubset: undefined,
    },
    optimizerKey(optimizer),
    extrasKey(config),
    [batchSize, evaluationBatchSize, execution, precision, device, tf32, xla, deterministic],
    [persistentBatchNorm, layout],
  ]);
}

/**
 * Returns the milliseconds of the fastest and the slowest of several calls, after an uncounted first one, which counts
 * only if it took too long for others. The fastest is the time on an idle machine: other processes only add to it.
 */
function measureCalls(
  call: () => void,
  { steps, clock }: Pick<StepTimesOptions, 'steps' | 'clock'>,
): { readonly fastest: number; readonly slowest: number } {
  const once = (): number => {
    const begun = clock();
    call();
    return clock() - begun;
  };
  const first = once();
  const times: number[] = [];
  for (let spent = first; times.length < steps && spent < enoughMilliseconds; spent += times.at(-1)!) {
    times.push(once());
  }
  const counted = times.length === 0 ? [first] : times;
  return { fastest: Math.min(...counted), slowest: Math.max(...counted) };
}

/** Measures the steps of a config's parts on random images. Errors: not enough memory. */
export function measureSteps(
  engine: Engine,
  config: ExperimentConfig,
  parts: StepParts,
  options: StepTimesOptions,
): StepTimes {
  const { batches } = options;
  const { batchSize, evaluationBatchSize, execution, seed } = config.training;
  const trainImages = batches.training;
  const evaluationImages = batches.evaluation;
  const sizes = { trainImages, batchSize: trainImages, evaluationImages, evaluationBatchSize: evaluationImages };
  requireMemory(config, parts, engine.device.kind);
  const training = openTrainingSession(engine, parts, { execution, seed, ...sizes });
  try {
    const random = randomStream(seed, 'estimate');
    const step = measuredStep(randomBatch(parts, trainImages, random), parts);
    const evaluation = randomBatch(parts, evaluationImages, random);
    const trained = measureCalls(() => void training.runStep(step), options);
    const evaluated = measureCalls(() => void evaluateBatch(training.session, evaluation), options);
    return {
      training: (trained.fastest * batchSize) / batches.training,
      evaluation: (evaluated.fastest * evaluationBatchSize) / batches.evaluation,
      spread: Math.max(...[trained, evaluated].map(({ fastest, slowest }) => slowest / fastest)),
      scaled: batches.training < batchSize || batches.evaluation < evaluationBatchSize,
    };
  } finally {
    training.close();
  }
}
