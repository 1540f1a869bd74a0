// Runs training steps and reads their outputs, one at a time or several together to keep a GPU busy.
import { reshape } from '../engine/ops/index.js';
import type { Session } from '../engine/session.js';
import type { Program, Tensor, Variable } from '../engine/tensor.js';
import type { TensorSpec } from '../engine/types.js';
import type { TrainingOptions } from './options.js';
import type { MixingParts } from './mixing.js';
import { accumulateFunction, stepValues, trainFunction, type StepInputs } from './step-inputs.js';

/** A step's loss (mean over its images) and the number of correctly classified images, both before its update. */
export interface StepOutcome {
  readonly loss: number;
  readonly correct: number;
  readonly images: number;
}

/** The input with the index at which a step stores its outcome: int32 [1], counted from 0. */
export const slotInput: Readonly<Record<'slot', TensorSpec>> = { slot: { dtype: 'int32', shape: [1] } };

/** The variables that store the outcomes of `readEvery` steps; none if each step returns its outcome. */
export function outcomeVariables(readEvery: number): Variable[] {
  if (readEvery === 1) return [];
  return ['step.loss', 'step.correct'].map((name) => ({ name, shape: [readEvery], trainable: false }));
}

/** Returns the outputs of a step: its outcome or, if outcomes are stored in variables, a constant on the host. */
export function stepOutputs(
  program: Program,
  outcome: { readonly loss: Tensor; readonly correct: Tensor },
  slot: Tensor,
  readEvery: number,
): Readonly<Record<string, Tensor>> {
  if (readEvery === 1) return outcome;
  const [loss, correct] = outcomeVariables(readEvery);
  program.assignRows(loss, slot, reshape(outcome.loss, [1]));
  program.assignRows(correct, slot, reshape(outcome.correct, [1]));
  return { done: program.constant(Int32Array.of(1), { dtype: 'int32', shape: [] }) };
}

/**
 * The value of `training.readEvery: auto` on a GPU. A CPU computes in the calling thread, so there is nothing to wait
 * for.
 */
const unreadOnCuda = 20;

/** Returns the number of steps after which their outcomes are read. */
export function readEveryOf({ readEvery }: Pick<TrainingOptions, 'readEvery'>, device: 'cpu' | 'cuda'): number {
  if (readEvery !== 'auto') return readEvery;
  return device === 'cuda' ? unreadOnCuda : 1;
}

export interface StepRunner {
  /** Runs a training step. Returns the outcomes of all unread steps if they are due, otherwise an empty array. */
  runStep(step: StepInputs): readonly StepOutcome[];
  /** Returns the outcomes of the unread steps, in order. */
  flush(): readonly StepOutcome[];
}

/** Runs the steps of a session that was opened with the same `readEvery` and `mixing`. */
export function createStepRunner(session: Session, readEvery: number, mixing?: MixingParts): StepRunner {
  let unread: number[] = [];
  const flush = (): StepOutcome[] => {
    if (unread.length === 0) return [];
    const values = session.read(['step.loss', 'step.correct']);
    const [losses, corrects] = [values.get('step.loss')!, values.get('step.correct')!];
    const outcomes = unread.map((images, slot) => ({ loss: losses[slot], correct: corrects[slot], images }));
    unread = [];
    return outcomes;
  };
  return {
    runStep(step) {
      const images = step.batch.labels.length;
      const name = step.group?.isLast === false ? accumulateFunction(images) : trainFunction(images);
      const inputs = stepValues(step, mixing);
      if (readEvery === 1) {
        const { loss, correct } = session.call(name, inputs);
        return [{ loss: loss[0], correct: correct[0], images }];
      }
      session.call(name, { ...inputs, slot: Int32Array.of(unread.length) });
      unread.push(images);
      return unread.length === readEvery ? flush() : [];
    },
    flush,
  };
}
