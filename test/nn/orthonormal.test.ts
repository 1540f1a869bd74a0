// Orthonormal initial values.
import { expect, it } from 'vitest';
import { randomStream } from '../../src/common/random.js';
import { orthonormalColumns } from '../../src/nn/orthonormal.js';
import { range, total } from '../support/grid.js';

const draw = (size: number, columns: number, seed: number): Float32Array => {
  const values = new Float32Array(size * columns);
  orthonormalColumns(columns)(values, randomStream(seed));
  return values;
};

it.each([
  [40, 8],
  [12, 12],
  [5, 1],
])('%i x %i: the columns are orthonormal', (size, columns) => {
  const q = draw(size, columns, 1);
  for (const i of range(columns)) {
    for (const j of range(columns)) {
      const product = total(range(size).map((k) => q[k * columns + i] * q[k * columns + j]));
      expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-6);
    }
  }
});

it('is decided by the stream', () => {
  expect(draw(9, 4, 1)).toEqual(draw(9, 4, 1));
  expect(draw(9, 4, 2)).not.toEqual(draw(9, 4, 1));
});
