// Reductions: sum, mean, argmax.
import { bool, type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import type { Shape } from '../types.js';
import { mulScalar } from './elementwise.js';
import { intScalar, intVector, run } from './run.js';
import { broadcastTo, reshape } from './shape.js';

export interface ReduceOptions {
  readonly keepAxes?: boolean;
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((extent, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [extent]));
}

const allAxes = (x: Tensor): readonly number[] => x.shape.map((_, axis) => axis);

/** Sum or mean; each element's part in the result is `share`. */
function reduce(operation: 'Sum' | 'Mean', x: Tensor, axes: readonly number[], keep: boolean, share: number): Tensor {
  const attributes = { T: type(x.dtype), Tidx: type('int32'), keep_dims: bool(keep) };
  const shape = reducedShape(x.shape, axes, keep);
  const value = run(operation, attributes, [x, intVector(x.program, axes)], x.dtype, shape);
  const kept = reducedShape(x.shape, axes, true);
  return withGradient(value, [x], (gradient) => {
    const part = share === 1 ? gradient : mulScalar(gradient, share);
    return [broadcastTo(reshape(part, kept), x.shape)];
  });
}

/** The sum over the given axes (default: all). */
export function sum(x: Tensor, axes: readonly number[] = allAxes(x), { keepAxes = false }: ReduceOptions = {}): Tensor {
  return reduce('Sum', x, axes, keepAxes, 1);
}

/** The mean over the given axes (default: all). */
export function mean(
  x: Tensor,
  axes: readonly number[] = allAxes(x),
  { keepAxes = false }: ReduceOptions = {},
): Tensor {
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
  return reduce('Mean', x, axes, keepAxes, 1 / count);
}

/** The position of the largest element along the last axis, int32. */
export function argMax(x: Tensor): Tensor {
  const attributes = { T: type(x.dtype), Tidx: type('int32'), output_type: type('int32') };
  const axis = intScalar(x.program, x.shape.length - 1);
  return run('ArgMax', attributes, [x, axis], 'int32', x.shape.slice(0, -1));
}

/** Whether the label (int32 [N]) is among the k largest of each row of logits (float32 [N, C]); bool [N]. */
export function inTopK(logits: Tensor, labels: Tensor, k: number): Tensor {
  const attributes = { T: type('int32') };
  return run('InTopKV2', attributes, [logits, labels, intScalar(logits.program, k)], 'bool', labels.shape);
}
