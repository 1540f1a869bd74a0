// A training session: the captured (or eager) functions of one experiment over its parameters and state.
import { epochBatches, type Batch, type SyntheticShare } from '../data/batches.js';
import type { Engine } from '../engine/index.js';
import type { Execution, Session } from '../engine/session.js';
import { initialValues } from '../nn/tensors.js';
import { optimizerPacks, packLimits } from '../optimizers/packs.js';
import { evaluate } from './evaluation.js';
import type { Evaluation } from './metrics/metric.js';
import type { MixingParts } from './mixing.js';
import type { TrainingOptions } from './options.js';
import type { SessionState } from './state.js';
import type { LabelledImages } from './step-inputs.js';
import { createStepRunner, outcomeVariables, readEveryOf, type StepRunner } from './step-runner.js';
import { evaluationStep, sessionTensors, trainedParameters, trainingStep, type StepParts } from './step.js';

interface SessionOptions {
  readonly execution: Execution;
  /** Seed of the initial values. */
  readonly seed: number;
  /** Number of training images, including synthetic ones. */
  readonly trainImages: number;
  readonly synthetic?: SyntheticShare;
  readonly batchSize: number;
  readonly evaluationImages: number;
  readonly evaluationBatchSize: number;
  /** Whether broken images may be left out of evaluations. Default: false. */
  readonly leavesOut?: boolean;
  /** Number of steps after which their outcomes are read; `auto` depends on the device. Default: 1. */
  readonly readEvery?: TrainingOptions['readEvery'];
  /** Largest number of values of a parameter that is updated together with others. Default: depends on the device. */
  readonly packLimit?: number;
}

/** The engine's part of training: steps, evaluation and state. */
export interface TrainingSession extends SessionState, StepRunner {
  /** Returns the sums for metrics on a data set; `afterBatch` may throw to stop. */
  evaluate(
    batches: AsyncIterable<LabelledImages & Pick<Batch, 'leftOut'>>,
    afterBatch: () => Promise<void>,
  ): Promise<Evaluation>;
  /** Frees TensorFlow's resources of the session. */
  close(): void;
}

/**
 * Returns the sizes of the batches that cover `count` items: full batches, and a smaller last one if there is a
 * remainder.
 */
export function batchSizes(count: number, batchSize: number): number[] {
  const sizes = [count >= batchSize ? batchSize : 0, count % batchSize];
  return [...new Set(sizes.filter((size) => size > 0))];
}

/** Returns the batch sizes of an evaluation, including single images if broken images may be left out. */
export const evaluationSizes = (count: number, batchSize: number, leavesOut: boolean): number[] => [
  ...new Set([...batchSizes(count, batchSize), ...(leavesOut ? [1] : [])]),
];

/** Creates a training session over an open session. `readEvery` and `mixing` must be those of its functions. */
export function trainingSessionOver(
  session: Session,
  tensors: TrainingSession['tensors'],
  readEvery: number,
  mixing?: MixingParts,
): TrainingSession {
  return {
    session,
    tensors,
    ...createStepRunner(session, readEvery, mixing),
    evaluate: (batches, afterBatch) => evaluate(session, batches, afterBatch),
    close: () => session.close(),
  };
}

/** Opens a session with initial values from the seed. Each batch size that occurs has separate functions. */
export function openTrainingSession(engine: Engine, parts: StepParts, options: SessionOptions): TrainingSession {
  const { execution, seed, synthetic, readEvery: asked = 1, packLimit = packLimits[engine.device.kind] } = options;
  const readEvery = readEveryOf({ readEvery: asked }, engine.device.kind);
  const tensors = sessionTensors(parts);
  const trained = { count: options.trainImages, ...(synthetic === undefined ? {} : { synthetic }) };
  const { sizes } = epochBatches(trained, options.batchSize);
  // The last batch of a group makes the update; all other batches are full.
  const unfinished = parts.accumulates === true ? sizes.filter((size) => size === options.batchSize) : [];
  const { evaluationImages, evaluationBatchSize, leavesOut = false } = options;
  const evaluated = evaluationSizes(evaluationImages, evaluationBatchSize, leavesOut);
  const outcomes = outcomeVariables(readEvery);
  const session = engine.createSession(
    execution,
    [...tensors, ...outcomes],
    [
      ...sizes.map((size) => trainingStep(parts, size, { readEvery })),
      ...unfinished.map((size) => trainingStep(parts, size, { readEvery, updates: false })),
      ...evaluated.map((size) => evaluationStep(parts, size)),
    ],
    optimizerPacks('model', parts.optimizer, trainedParameters(parts), packLimit),
  );
  try {
    session.write(initialValues(tensors, seed));
    session.write(new Map(outcomes.map(({ name }) => [name, new Float32Array(readEvery)])));
  } catch (error) {
    session.close();
    throw error;
  }
  return trainingSessionOver(session, tensors, readEvery, parts.mixing);
}
