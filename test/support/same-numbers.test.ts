// The comparison of numbers from two computations.
import { expect, it } from 'vitest';
import { expectSame, sameNumbers } from './same-numbers.js';

it('compares bits, or numbers within a tolerance', () => {
  const [one, near, far] = [1, 1 + 1e-6, 1.01].map((value) => Float32Array.of(value, 5));
  expect([one, near, far].map((other) => sameNumbers(one, other, true))).toEqual([true, false, false]);
  expect([one, near, far].map((other) => sameNumbers(one, other, false))).toEqual([true, true, false]);
  expect(sameNumbers([0], [-0], true)).toBe(false);
  const nested = (values: Float32Array) => ({ losses: [values[0]], state: new Map([['w', values]]) });
  expectSame(nested(one), nested(one), true);
  expect(() => expectSame(nested(near), nested(one), true)).toThrow();
  expectSame(nested(near), nested(one), false);
  expect(() => expectSame(nested(far), nested(one), false)).toThrow();
  expect(() => expectSame([1], [1, 2], false)).toThrow();
});
