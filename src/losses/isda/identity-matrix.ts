// The identity matrix as a constant of a program.
import type { Program, Tensor } from '../../engine/tensor.js';

/** The identity matrix, float32 [A, A] with A = `size`. */
export function identityMatrix(program: Program, size: number): Tensor {
  const identity = Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  return program.constant(identity, { dtype: 'float32', shape: [size, size] });
}
