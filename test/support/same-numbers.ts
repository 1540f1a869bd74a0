// What tests require of numbers that are computed twice: the same bytes, or, on a GPU, close numbers.
import { expect } from 'vitest';

const onGpu = process.env.ISDA_TEST_DEVICE === 'cuda';

/**
 * Whether repeating a computation gives the same bytes. On a GPU only with ISDA_TEST_DETERMINISTIC=1: cuDNN sums the
 * gradients of filters in no fixed order, and selects its algorithms again in each session.
 */
export const repeatsBytes = !onGpu || process.env.ISDA_TEST_DETERMINISTIC === '1';

/** Whether captured and eager execution give the same bytes: on a GPU, their image layouts differ. */
export const executionsShareBytes = !onGpu;

/** The tolerance of numbers that a GPU computes twice, after a few training steps; not measured. */
const tolerance = 1e-3;

/** Whether two lists of numbers are the same: by their bits, or within the tolerance relative to the largest. */
export function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>, bits: boolean): boolean {
  if (a.length !== b.length) return false;
  const [left, right] = [Array.from(a), Array.from(b)];
  if (bits) return left.every((value, index) => Object.is(value, right[index]));
  const largest = left.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return left.every((value, index) => Math.abs(value - right[index]) <= tolerance * largest);
}

/** Expects the same structure and the same numbers in it, as `sameNumbers` compares them. */
export function expectSame(found: unknown, expected: unknown, bits = repeatsBytes): void {
  if (bits) expect(found).toEqual(expected);
  else expect(found).toEqual(withTolerance(expected));
}

function withTolerance(value: unknown): unknown {
  if (typeof value === 'number') {
    return {
      asymmetricMatch: (other: unknown) =>
        typeof other === 'number' && Math.abs(other - value) <= tolerance * Math.max(1, Math.abs(value)),
    };
  }
  if (value instanceof Float32Array) {
    return { asymmetricMatch: (other: unknown) => other instanceof Float32Array && sameNumbers(value, other, false) };
  }
  if (Array.isArray(value)) return value.map(withTolerance);
  if (value instanceof Map) return new Map([...value].map(([key, entry]) => [key, withTolerance(entry)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withTolerance(entry)]));
}
