// Comparisons of float32 numbers with expected values.
import { expect } from 'vitest';

/** The largest difference, relative to the largest expected value. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(expected, Math.abs), 1e-30);
  return Math.max(0, ...Array.from(expected, (value, index) => Math.abs(value - actual[index]))) / scale;
}

/** Expects the same number of values, all finite, with a relative difference below the tolerance. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance = 1e-5,
): void {
  expect(actual.length, what).toBe(expected.length);
  expect(Array.from(actual).every(Number.isFinite), `${what} is finite`).toBe(true);
  expect(relativeDifference(actual, expected), what).toBeLessThan(tolerance);
}
