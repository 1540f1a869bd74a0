// Shared helpers of the operations: single-output execution and constants in a tensor's program.
import { type, type Attributes } from '../attributes.js';
import type { Program, Tensor } from '../tensor.js';
import type { DType, Shape } from '../types.js';
import { requireFloat } from './requirements.js';

/** Lower than any activation, and still finite in bfloat16. */
export const lowest = -3e38;

/** Runs an operation with one output in the program of its first input. */
export function run(
  operation: string,
  attributes: Attributes,
  inputs: readonly Tensor[],
  dtype: DType,
  shape: Shape,
): Tensor {
  return inputs[0].program.execute(operation, attributes, inputs, [{ dtype, shape }])[0];
}

/** Operations that also take integers. */
const ofIntegers = ['Abs', 'Neg', 'Relu', 'Sign', 'Square'];

/** Runs an operation whose result has the type and shape of its only input. Errors: it does not take this type. */
export function unary(operation: string, x: Tensor): Tensor {
  if (x.dtype === 'bool' || !ofIntegers.includes(operation)) requireFloat(`compute ${operation}`, x);
  return run(operation, { T: type(x.dtype) }, [x], x.dtype, x.shape);
}

/** An int32 vector, the form in which operations take shapes, axes and paddings. */
export function intVector(program: Program, values: readonly number[]): Tensor {
  return program.constant(Int32Array.from(values), { dtype: 'int32', shape: [values.length] });
}

/** An int32 scalar. */
export function intScalar(program: Program, value: number): Tensor {
  return program.constant(Int32Array.of(value), { dtype: 'int32', shape: [] });
}

/** A scalar of a float type, created as float32 and cast if needed. */
export function floatScalar(program: Program, value: number, dtype: DType = 'float32'): Tensor {
  const scalar = program.constant(Float32Array.of(value), { dtype: 'float32', shape: [] });
  if (dtype === 'float32') return scalar;
  return run('Cast', { SrcT: type('float32'), DstT: type(dtype) }, [scalar], dtype, []);
}
