// Slots: the rows of per-class state that a batch uses, at most min(N, C).
import type { Program, Tensor, Variable } from '../../engine/tensor.js';
import { cast, equal, gatherRows, matMul, oneHot, reshape, transpose } from '../../engine/ops/index.js';

export interface Slots {
  readonly count: number;
  /** float32 [K, N]: 1 if the sample belongs to the slot's class, otherwise 0. */
  readonly membership: Tensor;
  /** One-hot classes of the slots, float32 [K, C]; undefined if slot k is class k. */
  readonly classes: Tensor | undefined;
  /** Reads the slots' rows of a variable with one row per class. */
  read(variable: Variable): Tensor;
  write(variable: Variable, rows: Tensor): void;
  /** Selects the row of each sample's slot: [K, D] → [N, D]. */
  toSamples(rows: Tensor): Tensor;
}

/**
 * Returns the slots of a batch with labels int32 [N]. If there are at most as many classes as samples, every class has
 * a slot; otherwise every sample has a slot, and samples of the same class compute the same row.
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

/** Returns a single slot for all samples of all classes. */
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
