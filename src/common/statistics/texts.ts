// Statistics as texts for tables.
import { twoDecimals, withDecimals } from '../format.js';
import type { Interval, PairedDifference, Spread } from './samples.js';

/** What the interval of `meanInterval` is, for the notes of tables and pages. */
export const meanIntervalNote =
  "95 %: confidence interval of the mean over the seeds, by Student's t; it needs two runs.";

/** Formats as `6.23 ± 0.11`; `6.23` for one run, a dash for none. */
export function formatSpread(spread: Spread | undefined, decimals = 2): string {
  if (spread === undefined) return '-';
  const { mean, std } = spread;
  return `${withDecimals(mean, decimals)}${std === undefined ? '' : ` ± ${withDecimals(std, decimals)}`}`;
}

/** Formats as `6.01 to 6.45`; `n = 1` for one value, a dash for none. */
export function formatInterval(interval: Interval | undefined, n: number): string {
  if (n === 0) return '-';
  return interval === undefined ? `n = ${n}` : `${twoDecimals(interval.low)} to ${twoDecimals(interval.high)}`;
}

function signed(value: number, decimals: number): string {
  const text = withDecimals(value, decimals);
  return Number(text) > 0 ? `+${text}` : text;
}

/** Formats as `+0.12`, `-0.30`, `0.00`. */
export const formatSigned = (value: number): string => signed(value, 2);

/** Formats as `-0.30 [-0.62, +0.02]`; `-0.30 (n = 1)` without an interval, a dash without a common seed. */
export function formatPaired(paired: PairedDifference | undefined, decimals = 2): string {
  if (paired === undefined) return '-';
  const { mean, interval, pairs } = paired;
  const range = interval && `[${signed(interval.low, decimals)}, ${signed(interval.high, decimals)}]`;
  return `${signed(mean, decimals)} ${range ?? `(n = ${pairs})`}`;
}

/** Formats a probability with two digits; `<0.001` below that. */
export function formatP(p: number): string {
  if (p < 0.001) return '<0.001';
  return p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}
