// Statistics of small samples: mean, deviation, 95 % intervals, Welch's test, paired differences.
import { criticalT, twoSidedP } from './student.js';

/** Mean and sample standard deviation (n − 1); no deviation of a single value. */
export interface Spread {
  readonly mean: number;
  readonly std?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Mean and sample standard deviation; undefined of no values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const mean = meanOf(values);
  if (values.length === 1) return { mean };
  return { mean, std: Math.sqrt(varianceOf(values)) };
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  // Rounding of the mean would make a tiny spread of none.
  if (values.every((value) => value === values[0])) return 0;
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * The 95 % confidence interval of the mean by Student's t with n − 1 degrees of freedom; undefined of fewer than two
 * values.
 */
export function meanInterval(values: readonly number[]): Interval | undefined {
  if (values.length < 2) return undefined;
  const mean = meanOf(values);
  const half = criticalT(0.05, values.length - 1) * Math.sqrt(varianceOf(values) / values.length);
  return { low: mean - half, high: mean + half };
}

export interface WelchTest {
  /** Of the first sample's mean minus the second's. */
  readonly t: number;
  /** Degrees of freedom (Welch and Satterthwaite). */
  readonly degrees: number;
  /** Two-sided. */
  readonly p: number;
}

/** Welch's t-test (unequal variances). Undefined with fewer than two values in a sample, or where no value differs. */
export function welchTest(first: readonly number[], second: readonly number[]): WelchTest | undefined {
  if (first.length < 2 || second.length < 2) return undefined;
  const [error1, error2] = [first, second].map((values) => varianceOf(values) / values.length);
  const error = error1 + error2;
  if (error === 0) return undefined;
  const degrees = error ** 2 / (error1 ** 2 / (first.length - 1) + error2 ** 2 / (second.length - 1));
  const t = (meanOf(first) - meanOf(second)) / Math.sqrt(error);
  return { t, degrees, p: twoSidedP(t, degrees) };
}

/**
 * Holm's correction of the p values of a family (Holm 1979): the i-th smallest of m times m − i + 1, at most 1, and
 * none below one that was smaller. In the order of `ps`.
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
  /** Seeds that both have. */
  readonly pairs: number;
  readonly mean: number;
  /** 95 %, by Student's t; absent of one pair. */
  readonly interval?: Interval;
}

/** `first` less `second`, seed by seed; undefined where they have no seed in common. */
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
