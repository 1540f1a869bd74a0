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
  /** Of the first values. */
  readonly seed: number;
  /** All that are trained on, synthetic ones included. */
  readonly trainImages: number;
  readonly synthetic?: SyntheticShare;
  readonly batchSize: number;
  readonly evaluationImages: number;
  readonly evaluationBatchSize: number;
  /** Whether broken images may be left out of evaluations; default false. */
  readonly leavesOut?: boolean;
  /** After how many steps their outcomes are read, by the device where it is `auto`; default 1. */
  readonly readEvery?: TrainingOptions['readEvery'];
  /** The number of values up to which a parameter is updated together with others; default: by the device. */
  readonly packLimit?: number;
}

/** All that training asks of the engine. */
export interface TrainingSession extends SessionState, StepRunner {
  /** What metrics are made of, on a data set; `afterBatch` may throw to stop in between. */
  evaluate(
    batches: AsyncIterable<LabelledImages & Pick<Batch, 'leftOut'>>,
    afterBatch: () => Promise<void>,
  ): Promise<Evaluation>;
  /** Frees what TensorFlow holds for it. */
  close(): void;
}

/** The sizes of the batches that cover `count` items: full ones and, where they do not divide it, the last. */
export function batchSizes(count: number, batchSize: number): number[] {
  const sizes = [count >= batchSize ? batchSize : 0, count % batchSize];
  return [...new Set(sizes.filter((size) => size > 0))];
}

/** The sizes of what an evaluation computes at once; where broken images are left out of batches, single images too. */
export const evaluationSizes = (count: number, batchSize: number, leavesOut: boolean): number[] => [
  ...new Set([...batchSizes(count, batchSize), ...(leavesOut ? [1] : [])]),
];

/** A training session over an open session. `readEvery` and `mixing`: as its functions were built. */
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

/** Opens a session with first values from the seed. Every batch size that occurs gets functions of its own. */
export function openTrainingSession(engine: Engine, parts: StepParts, options: SessionOptions): TrainingSession {
  const { execution, seed, synthetic, readEvery: asked = 1, packLimit = packLimits[engine.device.kind] } = options;
  const readEvery = readEveryOf({ readEvery: asked }, engine.device.kind);
  const tensors = sessionTensors(parts);
  const trained = { count: options.trainImages, ...(synthetic === undefined ? {} : { synthetic }) };
  const { sizes } = epochBatches(trained, options.batchSize);
  // The last batch of a group makes the update; every other one is full.
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
  session.write(initialValues(tensors, seed));
  session.write(new Map(outcomes.map(({ name }) => [name, new Float32Array(readEvery)])));
  return trainingSessionOver(session, tensors, readEvery, parts.mixing);
}
