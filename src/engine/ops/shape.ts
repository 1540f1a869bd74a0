// Shape operations: reshape, transpose, broadcast, pad, slice, concatenate.
import { cannot } from '../../common/errors.js';
import { bool, int, type } from '../attributes.js';
import { detach, withGradient, type Tensor } from '../tensor.js';
import { describeSpec, sameShape, sizeOf, type Shape } from '../types.js';
import { axesOf, axisOf, requireList } from './axes.js';
import { broadcastShape } from './broadcast.js';
import { intScalar, intVector, run } from './run.js';

/** Returns `shape` with its axis of extent -1, if any, inferred from the number of elements. */
function inferredShape(size: number, shape: Shape): Shape {
  const inferred = shape.indexOf(-1);
  return inferred === -1 ? shape : shape.with(inferred, size / sizeOf(shape.toSpliced(inferred, 1)));
}

/** The same elements in another shape; an axis of -1 is inferred. Errors: the number of elements differs. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  requireList('reshape', 'a shape', shape);
  const size = sizeOf(x.shape);
  const whole = inferredShape(size, shape);
  if (sizeOf(whole) !== size || !whole.every((extent) => Number.isInteger(extent) && extent >= 0)) {
    throw cannot(
      'reshape',
      `the shape [${shape.join(', ')}] does not match the ${size} elements of ${describeSpec(x)}`,
      {
        code: 'engine/shape',
      },
    );
  }
  if (sameShape(x.shape, whole)) return x;
  const attributes = { T: type(x.dtype), Tshape: type('int32') };
  const value = run('Reshape', attributes, [x, intVector(x.program, whole)], x.dtype, whole);
  return withGradient(value, [x], (gradient) => [reshape(gradient, x.shape)]);
}

/** Axis k of the result is axis `order[k]` of x. */
export function transpose(x: Tensor, axes: readonly number[]): Tensor {
  const order = axesOf('transpose', x, axes);
  if (order.length !== x.shape.length) {
    throw cannot('transpose', `[${axes.join(', ')}] is not a permutation of all axes of ${describeSpec(x)}`, {
      code: 'engine/shape',
    });
  }
  const shape = order.map((axis) => x.shape[axis]);
  const attributes = { T: type(x.dtype), Tperm: type('int32') };
  const value = run('Transpose', attributes, [x, intVector(x.program, order)], x.dtype, shape);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return withGradient(value, [x], (gradient) => [transpose(gradient, inverse)]);
}

/** Repeats axes of extent 1 (or missing leading axes) to a larger shape. Errors: x does not broadcast to it. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  requireList('broadcast', 'a shape', shape);
  if (!sameShape(broadcastShape(x.shape, shape) ?? [], shape)) {
    throw cannot('broadcast', `${describeSpec(x)} does not broadcast to [${shape.join(', ')}]`, {
      code: 'engine/shape',
    });
  }
  if (sameShape(x.shape, shape)) return x;
  const attributes = { T: type(x.dtype), Tidx: type('int32') };
  const value = run('BroadcastTo', attributes, [x, intVector(x.program, shape)], x.dtype, shape);
  return withGradient(value, [x], (gradient) => [sumTo(gradient, x.shape)]);
}

/** Sums over broadcast axes: the gradient of a broadcast. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((extent, axis) =>
    axis < lead || (shape[axis - lead] === 1 && extent !== 1) ? [axis] : [],
  );
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const attributes = { T: type(x.dtype), Tidx: type('int32'), keep_dims: bool(false) };
  const value = reshape(run('Sum', attributes, [detach(x), intVector(x.program, axes)], x.dtype, kept), shape);
  return withGradient(value, [x], (gradient) => [broadcastTo(gradient, x.shape)]);
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

/** Adds zeros before and after the elements of each axis: `paddings[axis]` is [before, after]. */
export function pad(x: Tensor, paddings: readonly (readonly [number, number])[]): Tensor {
  if (paddings.length !== x.shape.length || paddings.flat().some((width) => !isCount(width))) {
    const given = JSON.stringify(paddings);
    throw cannot(
      'pad',
      `expected [before, after], whole numbers of at least 0, for each axis of ${describeSpec(x)}, got ${given}`,
      {
        code: 'engine/shape',
      },
    );
  }
  const shape = x.shape.map((extent, axis) => extent + paddings[axis][0] + paddings[axis][1]);
  const table = x.program.constant(Int32Array.from(paddings.flat()), { dtype: 'int32', shape: [paddings.length, 2] });
  const value = run('Pad', { T: type(x.dtype), Tpaddings: type('int32') }, [x, table], x.dtype, shape);
  const begin = paddings.map(([before]) => before);
  return withGradient(value, [x], (gradient) => [slice(gradient, begin, x.shape)]);
}

/** The block of shape `size` whose first element is at `begin`. */
export function slice(x: Tensor, begin: readonly number[], size: Shape): Tensor {
  requireList('slice', 'begin', begin);
  requireList('slice', 'size', size);
  const inside = x.shape.every(
    (extent, axis) => begin[axis] >= 0 && size[axis] >= 0 && begin[axis] + size[axis] <= extent,
  );
  if (!inside || begin.length !== x.shape.length || size.length !== x.shape.length) {
    const block = `[${size.join(', ')}] at [${begin.join(', ')}]`;
    throw cannot('slice', `${describeSpec(x)} does not contain a block of ${block}`, { code: 'engine/shape' });
  }
  const { program } = x;
  const attributes = { T: type(x.dtype), Index: type('int32') };
  const value = run('Slice', attributes, [x, intVector(program, begin), intVector(program, size)], x.dtype, size);
  return withGradient(value, [x], (gradient) => [
    pad(
      gradient,
      begin.map((start, axis) => [start, x.shape[axis] - start - size[axis]] as const),
    ),
  ]);
}

/** Concatenates tensors along an axis. Errors: there are none, or their types or other axes differ. */
export function concat(parts: readonly Tensor[], along: number): Tensor {
  if (parts.length === 0) throw cannot('concatenate', 'there are no tensors', { code: 'engine/shape' });
  const [first] = parts;
  if (parts.length === 1) return first;
  const axis = axisOf('concatenate', first, along);
  const others = (shape: Shape): Shape => shape.map((extent, index) => (index === axis ? 0 : extent));
  const stray = parts.find(
    ({ dtype, shape }) => dtype !== first.dtype || !sameShape(others(shape), others(first.shape)),
  );
  if (stray !== undefined) {
    const pair = `${describeSpec(first)} and ${describeSpec(stray)}`;
    throw cannot('concatenate', `${pair} differ in more than axis ${axis}`, { code: 'engine/shape' });
  }
  const extent = parts.reduce((total, part) => total + part.shape[axis], 0);
  const shape = first.shape.map((old, index) => (index === axis ? extent : old));
  const attributes = { N: int(parts.length), T: type(first.dtype), Tidx: type('int32') };
  const value = run('ConcatV2', attributes, [...parts, intScalar(first.program, axis)], first.dtype, shape);
  return withGradient(value, parts, (gradient, wanted) => {
    let start = 0;
    return parts.map((part, index) => {
      const begin = part.shape.map((_, at) => (at === axis ? start : 0));
      start += part.shape[axis];
      return wanted[index] ? slice(gradient, begin, part.shape) : undefined;
    });
  });
}

/** Concatenates tensors along their last axis. */
export const joinLast = (parts: readonly Tensor[]): Tensor => concat(parts, parts[0].shape.length - 1);
