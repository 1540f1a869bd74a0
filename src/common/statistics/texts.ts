// Statistics as texts for tables.
import { twoDecimals } from '../format.js';
import type { Interval, PairedDifference, Spread } from './samples.js';

/** What the interval of `meanInterval` is, for the notes of tables and pages. */
export const meanIntervalNote =
  "95 %: confidence interval of the mean over the seeds, by Student's t; it needs two runs.";

/** Formats as `6.23 ± 0.11`; `6.23` for one run, a dash for none. */
export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '-';
  return `${twoDecimals(spread.mean)}${spread.std === undefined ? '' : ` ± ${twoDecimals(spread.std)}`}`;
}

/** Formats as `6.01 to 6.45`; `n = 1` for one value, a dash for none. */
export function formatInterval(interval: Interval | undefined, n: number): string {
  if (n === 0) return '-';
  return interval === undefined ? `n = ${n}` : `${twoDecimals(interval.low)} to ${twoDecimals(interval.high)}`;
}

/** Formats as `+0.12`, `-0.30`, `0.00`. */
export function formatSigned(value: number): string {
  const text = twoDecimals(value);
  return Number(text) > 0 ? `+${text}` : text;
}

/** Formats as `-0.30 [-0.62, +0.02]`; `-0.30 (n = 1)` without an interval, a dash without a common seed. */
export function formatPaired(paired: PairedDifference | undefined): string {
  if (paired === undefined) return '-';
  const { mean, interval, pairs } = paired;
  const range = interval && `[${formatSigned(interval.low)}, ${formatSigned(interval.high)}]`;
  return `${formatSigned(mean)} ${range ?? `(n = ${pairs})`}`;
}

/** Formats a probability with two digits; `<0.001` below that. */
export function formatP(p: number): string {
  if (p < 0.001) return '<0.001';
  return p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}
