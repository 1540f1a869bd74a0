// Rounding like Python.
import { expect, it } from 'vitest';
import { roundHalfEven } from '../../src/common/round-half-even.js';

it('rounds halves to even, as Python does', () => {
  const values = [0.5, 1.5, 2.5, 3.49999, 3.5, 16.5, -0.5, -1.5];
  expect(values.map(roundHalfEven).map((value) => value + 0)).toEqual([0, 2, 2, 3, 4, 16, 0, -2]);
});
