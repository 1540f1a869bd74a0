// Statistics as texts for tables.
import { twoDecimals } from '../format.js';
import type { Interval, PairedDifference, Spread } from './samples.js';

/** `6.23 ± 0.11`, `6.23` of one run, a dash of none. */
export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '-';
  return `${twoDecimals(spread.mean)}${spread.std === undefined ? '' : ` ± ${twoDecimals(spread.std)}`}`;
}

/** `6.01 to 6.45`; of one value `n = 1`, of none a dash. */
export function formatInterval(interval: Interval | undefined, n: number): string {
  if (n === 0) return '-';
  return interval === undefined ? `n = ${n}` : `${twoDecimals(interval.low)} to ${twoDecimals(interval.high)}`;
}

/** `+0.12`, `-0.30`, `0.00`. */
export function formatSigned(value: number): string {
  const text = twoDecimals(value);
  return Number(text) > 0 ? `+${text}` : text;
}

/** `-0.30 [-0.62, +0.02]`; without an interval `-0.30 (n = 1)`; a dash where no seed is common. */
export function formatPaired(paired: PairedDifference | undefined): string {
  if (paired === undefined) return '-';
  const { mean, interval, pairs } = paired;
  const range = interval && `[${formatSigned(interval.low)}, ${formatSigned(interval.high)}]`;
  return `${formatSigned(mean)} ${range ?? `(n = ${pairs})`}`;
}

/** Two digits of a probability; `<0.001` below that. */
export function formatP(p: number): string {
  if (p < 0.001) return '<0.001';
  return p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}
