// Initial values of matrices with orthonormal columns.
import type { RandomStream } from '../common/random.js';

/**
 * Fills a row-major [n, `columns`] matrix, `columns` <= n, with uniformly distributed orthonormal columns: normal
 * numbers orthogonalized twice by the Gram-Schmidt process, which is as accurate as float64 allows.
 */
export const orthonormalColumns =
  (columns: number) =>
  (values: Float32Array, random: RandomStream): void => {
    const size = values.length / columns;
    const basis: Float64Array[] = [];
    for (let j = 0; j < columns; j++) {
      const drawn = Float64Array.from({ length: size }, () => random.normal());
      for (const other of [...basis, ...basis]) subtract(drawn, other, dot(drawn, other));
      const length = Math.sqrt(dot(drawn, drawn));
      basis.push(drawn.map((value) => value / length));
    }
    basis.forEach((column, j) => column.forEach((value, i) => (values[i * columns + j] = value)));
  };

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function subtract(from: Float64Array, direction: Float64Array, length: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= length * direction[i];
}
