// Slots: the rows of per-class state that a batch touches, at most min(N, C) of them.
import type { Program, Tensor, Variable } from '../../engine/tensor.js';
import { cast, equal, gatherRows, matMul, oneHot, reshape, transpose } from '../../engine/ops/index.js';

export interface Slots {
  readonly count: number;
  /** float32 [K, N]: 1 where the sample belongs to the slot's class. */
  readonly membership: Tensor;
  /** The classes of the slots as rows of ones, float32 [K, C]; undefined where slot k is class k. */
  readonly classes: Tensor | undefined;
  /** The slots' rows of a variable of one row a class. */
  read(variable: Variable): Tensor;
  write(variable: Variable, rows: Tensor): void;
  /** The row of each sample's own slot: [K, D] → [N, D]. */
  toSamples(rows: Tensor): Tensor;
}

/**
 * The slots of a batch with labels int32 [N]. With no more classes than samples every class has a slot; with more,
 * every sample has one, and samples of one class compute the same row.
 */
export function slotsOf(program: Program, labels: Tensor, classes: number): Slots {
  const [samples] = labels.shape;
  if (classes <= samples) {
    const samplesByClass = oneHot(labels, classes);
    return {
      count: classes,
      membership: transpose(samplesByClass, [1, 0]),
      classes: undefined,
      read: (variable) => program.read(variable),
      write: (variable, rows) => program.assign(variable, rows),
      toSamples: (rows) => matMul(samplesByClass, rows),
    };
  }
  const same = equal(reshape(labels, [samples, 1]), reshape(labels, [1, samples]));
  return {
    count: samples,
    membership: cast(same, 'float32'),
    classes: oneHot(labels, classes),
    read: (variable) => gatherRows(program.read(variable), labels),
    write: (variable, rows) => program.assignRows(variable, labels, rows),
    toSamples: (rows) => rows,
  };
}

/** One slot for all samples, whatever their class. */
export function singleSlot(program: Program, labels: Tensor): Slots {
  const [samples] = labels.shape;
  const ones = program.constant(new Float32Array(samples).fill(1), { dtype: 'float32', shape: [1, samples] });
  return {
    count: 1,
    membership: ones,
    classes: undefined,
    read: (variable) => program.read(variable),
    write: (variable, rows) => program.assign(variable, rows),
    toSamples: (rows) => matMul(ones, rows, { transposeA: true }),
  };
}
