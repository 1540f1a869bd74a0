// The range of errors shown in a figure, from the second half of training.
import { allPoints, extent, type Point, type Series } from '../chart/series.js';

interface ErrorRange {
  readonly low: number;
  readonly high: number;
  /** Whether some errors lie above. */
  readonly cut: boolean;
}

const errorsOf = (points: readonly Point[]): [low: number, high: number] => extent(points.map(([, error]) => error));

/**
 * From the least error to somewhat above the greatest in the second half of the longest curve, with the bands of that
 * half whole; all errors where little would be cut. Percent.
 */
export function errorRange(series: readonly Series[]): ErrorRange {
  const lines = series.flatMap(({ points, thin = [] }) => [points, ...thin]).flat();
  const all = series.flatMap(allPoints);
  const half = extent(lines.map(([epoch]) => epoch))[1] / 2;
  const late = (points: readonly Point[]): Point[] => points.filter(([epoch]) => epoch >= half);
  const [least] = errorsOf(lines);
  const [, lateTop] = errorsOf(late(lines));
  const [bandLow, bandHigh] = errorsOf(late(all));
  // A mean less its standard deviation may be below what an error can be.
  const low = Math.max(0, Math.min(least, bandLow));
  const high = Math.max(lateTop + 0.4 * (lateTop - least) + 0.5, bandHigh);
  const [, top] = errorsOf(all);
  return top <= high * 1.1 ? { low, high: top, cut: false } : { low, high, cut: true };
}
