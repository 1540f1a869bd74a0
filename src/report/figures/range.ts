// The range of errors shown in a figure, from the second half of training.
import { allPoints, extent, type Point, type Series } from '../chart/series.js';

interface ErrorRange {
  readonly low: number;
  readonly high: number;
  /** Whether some errors are above the range. */
  readonly cut: boolean;
}

/** A note if some errors are above the axis, else no note. */
export const cutNotes = ({ cut }: Pick<ErrorRange, 'cut'>): readonly string[] =>
  cut ? ['Errors of early epochs above the axis are cut off.'] : [];

const errorsOf = (points: readonly Point[]): [low: number, high: number] => extent(points.map(([, error]) => error));

/**
 * Returns the range, in percent, from the lowest error to somewhat above the highest in the second half of the longest
 * curve, including the bands of that half; all errors if little would be cut.
 */
export function errorRange(series: readonly Series[]): ErrorRange {
  const lines = series.flatMap(({ points, thin = [] }) => [points, ...thin]).flat();
  const all = series.flatMap(allPoints);
  const half = extent(lines.map(([epoch]) => epoch))[1] / 2;
  const late = (points: readonly Point[]): Point[] => points.filter(([epoch]) => epoch >= half);
  const [least] = errorsOf(lines);
  const [, lateTop] = errorsOf(late(lines));
  const [bandLow, bandHigh] = errorsOf(late(all));
  // The mean minus the standard deviation may be negative, which no error is.
  const low = Math.max(0, Math.min(least, bandLow));
  const high = Math.max(lateTop + 0.4 * (lateTop - least) + 0.5, bandHigh);
  const [, top] = errorsOf(all);
  return top <= high * 1.1 ? { low, high: top, cut: false } : { low, high, cut: true };
}
