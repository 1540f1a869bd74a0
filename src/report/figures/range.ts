// Which errors a figure shows: the second half of training decides, as early epochs would flatten all else.
import { extent, type Series } from '../chart/series.js';

export interface ErrorRange {
  readonly low: number;
  readonly high: number;
  /** Whether some errors lie above. */
  readonly cut: boolean;
}

/**
 * From the least error to somewhat above the greatest in the second half of the longest curve; all errors where little
 * would be cut. Percent.
 */
export function errorRange(series: readonly Series[]): ErrorRange {
  const lines = series.flatMap(({ points, thin = [] }) => [points, ...thin]);
  const [low, top] = extent(lines.flat().map(([, error]) => error));
  const half = extent(lines.flat().map(([epoch]) => epoch))[1] / 2;
  const late = extent(lines.flat().flatMap(([epoch, error]) => (epoch >= half ? [error] : [])));
  const high = late[1] + 0.4 * (late[1] - low) + 0.5;
  return top <= high * 1.1 ? { low, high: top, cut: false } : { low, high, cut: true };
}
