// Reductions: sum, mean, maximum, minimum and arg max.
import { bool, type } from '../attributes.js';
import { detach, withGradient, type Tensor } from '../tensor.js';
import type { Shape } from '../types.js';
import { axesOf, axisOf } from './axes.js';
import { add, div, equal, exp, log, mul, mulScalar, sub } from './elementwise.js';
import { cast } from './fill.js';
import { requireLabels } from './labels.js';
import { requireFloat, requireWhole } from './requirements.js';
import { intScalar, intVector, lowest, run } from './run.js';
import { maximumScalar } from './select.js';
import { broadcastTo, reshape } from './shape.js';

export interface ReduceOptions {
  /** Whether reduced axes are kept with extent 1. Default: false. */
  readonly keepAxes?: boolean;
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((extent, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [extent]));
}

const allAxes = (x: Tensor): readonly number[] => x.shape.map((_, axis) => axis);

interface Reduction {
  readonly axes: readonly number[];
  readonly keepAxes: boolean;
  /** The derivative of the result with respect to each element. */
  readonly share: number;
}

function reduce(operation: 'Sum' | 'Mean', x: Tensor, { axes, keepAxes, share }: Reduction): Tensor {
  const attributes = { T: type(x.dtype), Tidx: type('int32'), keep_dims: bool(keepAxes) };
  const shape = reducedShape(x.shape, axes, keepAxes);
  const value = run(operation, attributes, [x, intVector(x.program, axes)], x.dtype, shape);
  const kept = reducedShape(x.shape, axes, true);
  return withGradient(value, [x], (gradient) => {
    const part = share === 1 ? gradient : mulScalar(gradient, share);
    return [broadcastTo(reshape(part, kept), x.shape)];
  });
}

/** The sum over the given axes (default: all); negative axes count from the last. */
export function sum(x: Tensor, axes: readonly number[] = allAxes(x), { keepAxes = false }: ReduceOptions = {}): Tensor {
  if (x.dtype === 'bool') requireFloat('compute sum', x);
  return reduce('Sum', x, { axes: axesOf('compute sum', x, axes), keepAxes, share: 1 });
}

/** The mean over the given axes (default: all); negative axes count from the last. */
export function mean(
  x: Tensor,
  axes: readonly number[] = allAxes(x),
  { keepAxes = false }: ReduceOptions = {},
): Tensor {
  const counted = axesOf('compute mean', x, axes);
  // TensorFlow would drop the fraction of a mean of integers.
  requireFloat('compute mean', x);
  const count = counted.reduce((product, axis) => product * x.shape[axis], 1);
  return reduce('Mean', x, { axes: counted, keepAxes, share: 1 / count });
}

/** The largest or smallest value; equal values share the gradient. */
function extreme(operation: 'Max' | 'Min', x: Tensor, axes: readonly number[], keep: boolean): Tensor {
  if (x.dtype === 'bool') requireFloat(`compute ${operation}`, x);
  const attributes = { T: type(x.dtype), Tidx: type('int32'), keep_dims: bool(keep) };
  const shape = reducedShape(x.shape, axes, keep);
  const value = run(operation, attributes, [x, intVector(x.program, axes)], x.dtype, shape);
  const kept = reducedShape(x.shape, axes, true);
  return withGradient(value, [x], (gradient) => {
    const reached = cast(equal(x, reshape(value, kept)), x.dtype);
    const share = div(reshape(gradient, kept), sum(reached, axes, { keepAxes: true }));
    return [mul(reached, share)];
  });
}

/** The largest value over the given axes (default: all); equal values share the gradient, as in torch.amax. */
export function max(x: Tensor, axes: readonly number[] = allAxes(x), { keepAxes = false }: ReduceOptions = {}): Tensor {
  return extreme('Max', x, axesOf('compute max', x, axes), keepAxes);
}

/** The smallest value over the given axes (default: all); equal values share the gradient, as in torch.amin. */
export function min(x: Tensor, axes: readonly number[] = allAxes(x), { keepAxes = false }: ReduceOptions = {}): Tensor {
  return extreme('Min', x, axesOf('compute min', x, axes), keepAxes);
}

/** log sum exp over the given axes (default: all), without overflow. */
export function logSumExp(
  x: Tensor,
  axes: readonly number[] = allAxes(x),
  { keepAxes = false }: ReduceOptions = {},
): Tensor {
  const counted = axesOf('compute logSumExp', x, axes);
  // If all elements are −infinity, the maximum would be too, and the differences NaN.
  const largest = maximumScalar(max(detach(x), counted, { keepAxes: true }), lowest);
  const value = add(log(sum(exp(sub(x, largest)), counted, { keepAxes: true })), largest);
  return reshape(value, reducedShape(x.shape, counted, keepAxes));
}

/**
 * The position of the largest element along an axis (default: the last), int32 in the shape without that axis. Not
 * differentiable.
 */
export function argMax(x: Tensor, axis = -1): Tensor {
  const counted = axisOf('compute argMax', x, axis);
  const attributes = { T: type(x.dtype), Tidx: type('int32'), output_type: type('int32') };
  return run('ArgMax', attributes, [x, intScalar(x.program, counted)], 'int32', x.shape.toSpliced(counted, 1));
}

/**
 * Whether the label (int32 [N]) is among the k largest of its row of logits (float32 [N, C]); bool [N]. All classes
 * that tie with the k-th count, where torch.topk chooses k of them. Not differentiable.
 */
export function inTopK(logits: Tensor, labels: Tensor, k: number): Tensor {
  requireLabels('compute inTopK', logits, labels);
  requireWhole('compute inTopK', { k }, 1);
  const attributes = { T: type('int32') };
  return run('InTopKV2', attributes, [logits, labels, intScalar(logits.program, k)], 'bool', labels.shape);
}
