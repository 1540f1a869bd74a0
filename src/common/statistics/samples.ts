// Statistics of small samples: mean, deviation, 95 % intervals, Welch's test, paired differences.
import { criticalT, twoSidedP } from './student.js';

/** Mean and sample standard deviation (n − 1), which a single value does not have. */
export interface Spread {
  readonly mean: number;
  readonly std?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Returns mean and sample standard deviation; undefined without values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const mean = meanOf(values);
  if (values.length === 1) return { mean };
  return { mean, std: Math.sqrt(varianceOf(values)) };
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  // Rounding of the mean would give equal values a tiny deviation.
  if (values.every((value) => value === values[0])) return 0;
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * Returns the 95 % confidence interval of the mean by Student's t with n − 1 degrees of freedom; undefined for fewer
 * than two values.
 */
export function meanInterval(values: readonly number[]): Interval | undefined {
  if (values.length < 2) return undefined;
  const mean = meanOf(values);
  const half = criticalT(0.05, values.length - 1) * Math.sqrt(varianceOf(values) / values.length);
  return { low: mean - half, high: mean + half };
}

export interface WelchTest {
  /** t of the mean of the first sample minus that of the second. */
  readonly t: number;
  /** Degrees of freedom (Welch and Satterthwaite). */
  readonly degrees: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Welch's t-test (unequal variances). Undefined if a sample has fewer than two values, or if no value of a sample
 * differs from its others by more than rounding (the threshold of R's t.test).
 */
export function welchTest(first: readonly number[], second: readonly number[]): WelchTest | undefined {
  if (first.length < 2 || second.length < 2) return undefined;
  const [error1, error2] = [first, second].map((values) => varianceOf(values) / values.length);
  const error = error1 + error2;
  const [mean1, mean2] = [meanOf(first), meanOf(second)];
  // Equal means of ten epochs may differ in their last bits, by the order of the sums: t would be a huge number.
  if (Math.sqrt(error) <= 10 * Number.EPSILON * Math.max(Math.abs(mean1), Math.abs(mean2))) return undefined;
  const degrees = error ** 2 / (error1 ** 2 / (first.length - 1) + error2 ** 2 / (second.length - 1));
  const t = (mean1 - mean2) / Math.sqrt(error);
  return { t, degrees, p: twoSidedP(t, degrees) };
}

/**
 * Returns the p values of a family with Holm's correction (Holm 1979), in the order of `ps`: the i-th smallest of m is
 * multiplied by m − i + 1, limited to 1, and never less than the corrected value of a smaller one.
 */
export function holm(ps: readonly number[]): readonly number[] {
  const order = ps.map((_, index) => index).sort((a, b) => ps[a] - ps[b]);
  const corrected: number[] = [];
  let largest = 0;
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, ps[index] * (ps.length - rank)));
    corrected[index] = largest;
  }
  return corrected;
}

/** An error with the seed of its run. */
export interface SeedValue {
  readonly seed: number;
  readonly value: number;
}

/** Differences of values with the same seed. */
export interface PairedDifference {
  /** Number of common seeds. */
  readonly pairs: number;
  readonly mean: number;
  /** 95 % interval by Student's t; absent with one pair. */
  readonly interval?: Interval;
}

/** Returns `first` minus `second` by seed; undefined without a common seed. */
export function pairedDifference(
  first: readonly SeedValue[],
  second: readonly SeedValue[],
): PairedDifference | undefined {
  const differences = first.flatMap(({ seed, value }) => {
    const other = second.find((one) => one.seed === seed);
    return other === undefined ? [] : [value - other.value];
  });
  if (differences.length === 0) return undefined;
  return { pairs: differences.length, mean: meanOf(differences), interval: meanInterval(differences) };
}
