// The softmax of a network's outputs, in float64.
import { cannot } from '../../common/errors.js';

/** One row of logits. Its probabilities are exp(row − logSum). */
interface SoftmaxRow {
  /** [C] */
  readonly row: readonly number[];
  /** The class of the largest logit; of equal ones the first. */
  readonly largest: number;
  /** Logarithm of the sum of exp(logit). */
  readonly logSum: number;
}

/** Returns row `at` of logits [N, C]. Errors: a logit is not finite. */
export function softmaxRow(logits: ArrayLike<number>, at: number, classes: number): SoftmaxRow {
  const row = Array.from({ length: classes }, (_, index) => logits[at * classes + index]);
  if (!row.every(Number.isFinite)) {
    throw cannot('use the outputs of the network', 'the logits are not finite', {
      code: 'run/diverged',
      hint: 'its training has diverged; --checkpoint takes an earlier one',
    });
  }
  let largest = 0;
  row.forEach((value, index) => (largest = value > row[largest] ? index : largest));
  const top = row[largest];
  return { row, largest, logSum: top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0)) };
}
