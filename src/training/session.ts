// A training session: the captured (or eager) functions of one experiment over its parameters and state.
import { epochPlan, type SyntheticShare } from '../data/batches.js';
import type { Engine } from '../engine/index.js';
import type { Execution, Session } from '../engine/session.js';
import { initialValues, type TensorDeclaration } from '../nn/tensors.js';
import { outcomeVariables } from './step-runner.js';
import { evaluationStep, sessionTensors, trainingStep, type StepParts } from './step.js';

export interface SessionSizes {
  /** All that are trained on, synthetic ones included. */
  readonly trainImages: number;
  readonly synthetic?: SyntheticShare;
  readonly batchSize: number;
  readonly evaluationImages: number;
  readonly evaluationBatchSize: number;
  /** After how many steps their outcomes are read; default 1. */
  readonly readEvery?: number;
}

export interface TrainingSession {
  readonly session: Session;
  readonly tensors: readonly TensorDeclaration[];
}

/** The sizes of the batches that cover `count` items: full ones and, where they do not divide it, the last. */
export function batchSizes(count: number, batchSize: number): number[] {
  const sizes = [count >= batchSize ? batchSize : 0, count % batchSize];
  return [...new Set(sizes.filter((size) => size > 0))];
}

/** Opens a session with first values from the seed. Every batch size that occurs gets functions of its own. */
export function openTrainingSession(
  engine: Engine,
  execution: Execution,
  parts: StepParts,
  sizes: SessionSizes,
  seed: number,
): TrainingSession {
  const tensors = sessionTensors(parts);
  const { readEvery = 1, synthetic } = sizes;
  const trained = { count: sizes.trainImages, ...(synthetic === undefined ? {} : { synthetic }) };
  const outcomes = outcomeVariables(readEvery);
  const session = engine.createSession(
    execution,
    [...tensors, ...outcomes],
    [
      ...epochPlan(trained, sizes.batchSize).sizes.map((size) => trainingStep(parts, size, readEvery)),
      ...batchSizes(sizes.evaluationImages, sizes.evaluationBatchSize).map((size) => evaluationStep(parts, size)),
    ],
  );
  session.write(initialValues(tensors, seed));
  session.write(new Map(outcomes.map(({ name }) => [name, new Float32Array(readEvery)])));
  return { session, tensors };
}
