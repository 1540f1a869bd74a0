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

/** Milliseconds of one step of a full batch. */
export interface StepTimes {
  readonly training: number;
  readonly evaluation: number;
  /** The slowest counted step over the fastest, of the kind where that is more: much more than 1 on a busy machine. */
  readonly spread: number;
  /** Whether they were measured with fewer images and scaled. */
  readonly scaled: boolean;
}

/** Images that each kind of step is measured with. */
interface MeasuredBatches {
  readonly training: number;
  readonly evaluation: number;
}

interface StepTimesOptions {
  readonly batches: MeasuredBatches;
  /** Counted steps of each kind; fewer where they take long. */
  readonly steps: number;
  /** Milliseconds. */
  readonly clock: () => number;
}

/** A CPU takes a few seconds for so many multiply-adds; the images of larger steps are fewer. */
const maxMultiplyAdds = 2e11;

/** The images that steps are measured with: on a GPU the full batches, on a CPU no more than it has done in seconds. */
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
  // The backward pass takes twice what the forward pass does.
  return { training: fitting(batchSize, 3 * forward), evaluation: fitting(evaluationBatchSize, forward) };
}

/** After so long no further steps of a kind are measured. */
const enoughMilliseconds = 10_000;

/**
 * What an optimizer's step takes time for: not its numbers, but RMSprop without momentum has less to do, and the
 * options of a user's own may change its operations.
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
 * What a step has besides: mixed images, gradients kept or clipped, averages, metrics of one's own. Their numbers do
 * not count.
 */
const extrasKey = ({ augmentation, optimizer, training }: ExperimentConfig): readonly unknown[] => [
  ...[augmentation.mixup !== false, augmentation.cutmix !== false],
  (optimizer.headLearningRateFactor ?? 1) !== 1,
  ...[(training.accumulate ?? 1) > 1, training.clipGradNorm !== undefined, training.ema !== undefined],
  training.metrics,
];

/** Two configs of one key have the same step: what changes from step to step does not count. */
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
 * Milliseconds of the fastest and the slowest of several calls, after one that does not count; where that one took long
 * it has to do. The fastest is what a call takes on an idle machine: other work only adds to it.
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
