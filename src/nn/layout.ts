// Converts values between NHWC layouts and PyTorch's.
import { sizeOf, type Shape } from '../engine/types.js';
import type { TensorLayout } from './tensors.js';

/** Axis k of PyTorch's tensor is axis `axes[k]` of this project's. */
const axesOf: Readonly<Record<TensorLayout, readonly number[] | undefined>> = {
  conv: [3, 2, 0, 1],
  linear: [1, 0],
  plain: undefined,
};

interface Described {
  readonly layout: TensorLayout;
  readonly shape: Shape;
}

/** Returns the shape of the tensor in PyTorch. */
export function torchShape({ layout, shape }: Described): Shape {
  return axesOf[layout]?.map((axis) => shape[axis]) ?? shape;
}

/** Converts values to PyTorch's order of axes. */
export function toTorch(values: Float32Array, { layout, shape }: Described): Float32Array {
  const axes = axesOf[layout];
  return axes === undefined ? values.slice() : permuted(values, shape, axes);
}

/** Converts values from PyTorch's order of axes. */
export function fromTorch(values: Float32Array, tensor: Described): Float32Array {
  const axes = axesOf[tensor.layout];
  if (axes === undefined) return values.slice();
  const inverse = axes.map((_, axis) => axes.indexOf(axis));
  return permuted(values, torchShape(tensor), inverse);
}

function permuted(values: Float32Array, shape: Shape, axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const target = axes.map((axis) => ({ extent: shape[axis], stride: strides[axis] }));
  const result = new Float32Array(values.length);
  let next = 0;
  const copy = (axis: number, offset: number): void => {
    const { extent, stride } = target[axis];
    const last = axis === target.length - 1;
    for (let i = 0; i < extent; i++) {
      if (last) result[next++] = values[offset + i * stride];
      else copy(axis + 1, offset + i * stride);
    }
  };
  copy(0, 0);
  return result;
}
