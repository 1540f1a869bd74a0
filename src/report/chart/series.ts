// Data series of a chart, and their reduction to what a screen can show.
import type { SeriesStyle } from './style.js';

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly label: string;
  /** In the order of x. */
  readonly points: readonly Point[];
  /** What the points spread over, drawn as a band. */
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** Lines of the series that its points do not speak for, drawn thin. */
  readonly thin?: readonly (readonly Point[])[];
  /** Default: by its place among the chart's labels. */
  readonly style?: SeriesStyle;
}

/** Bands of more series than these cover one another. */
const maxBands = 6;

/** What is said where `withoutCrowdedBands` left them out. */
export const withoutBandsNote = 'The spread over the seeds is left out: too many bands would cover one another.';

/** The series, without their bands where there are too many. */
export function withoutCrowdedBands(series: readonly Series[]): readonly Series[] {
  const bands = series.filter(({ band = [] }) => band.length > 1);
  return bands.length <= maxBands ? series : series.map((one) => ({ ...one, band: undefined }));
}

/** What is said of series over epochs with epochs left out (`training.evaluateEvery`); nothing of others. */
export function evaluatedEpochsNotes(series: readonly Series[]): readonly string[] {
  const gaps = series.flatMap(({ points }) => points.slice(1).map(([x], index) => x - points[index][0]));
  const largest = Math.max(1, ...gaps);
  return largest === 1 ? [] : [`Lines join the epochs with an evaluation, up to ${largest} apart.`];
}

/** All points of a series, its thin lines and band included. */
export function allPoints({ points, band = [], thin = [] }: Series): readonly Point[] {
  return [...points, ...thin.flat(), ...band.flatMap(({ x, low, high }): Point[] => [[x, low], [x, high]])]; // prettier-ignore
}

/**
 * Of every `width` of x only the lowest and the highest point, in their order, and both ends: in pixels of a screen the
 * line stays what it was. Points are in the order of x.
 */
export function thinned(points: readonly Point[], width = 2): readonly Point[] {
  if (points.length < 5) return points;
  const kept: Point[] = [points[0]];
  const inner = points.slice(1, -1);
  for (let from = 0; from < inner.length;) {
    const bucket = Math.floor(inner[from][0] / width);
    let low = from;
    let high = from;
    let to = from;
    for (; to < inner.length && Math.floor(inner[to][0] / width) === bucket; to++) {
      if (inner[to][1] < inner[low][1]) low = to;
      if (inner[to][1] > inner[high][1]) high = to;
    }
    kept.push(...[...new Set([low, high])].sort((a, b) => a - b).map((index) => inner[index]));
    from = to;
  }
  return [...kept, points[points.length - 1]];
}

/** Least and greatest of many numbers; infinite of none. */
export function extent(values: readonly number[]): [low: number, high: number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}
