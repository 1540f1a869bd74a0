// Element types, shapes and host arrays of tensors, with TensorFlow's type codes.

export type DType = 'float32' | 'bfloat16' | 'int32' | 'int64' | 'uint8' | 'bool';
export type Shape = readonly number[];

/** The type and shape of a tensor. */
export interface TensorSpec {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Values on the host. uint8 can only be written; int64 and bfloat16 never leave the engine. */
export type HostArray = Float32Array | Int32Array | Uint8Array;

/** TensorFlow's DataType enumeration. */
export const dtypeCodes: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 3,
  uint8: 4,
  int64: 9,
  bool: 10,
  bfloat16: 14,
};

/** Whether values of a type have fractions, and gradients. */
export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'bfloat16';

/** The number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Formats a spec for messages, for example `float32[128, 10]`. */
export function describeSpec(spec: TensorSpec): string {
  return `${spec.dtype}[${spec.shape.join(', ')}]`;
}
