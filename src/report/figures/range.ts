// The range of errors shown in a figure, from the second half of training.
import { yAxisOf, type Panel } from '../chart/chart.js';
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

/** A note if some values are above the axes of panels whose ends the user has set, else no note. */
export function cutAtNotes(panels: readonly Panel[], what: 'Errors' | 'Values'): readonly string[] {
  const above = panels.flatMap((panel) => {
    const points = panel.series.flatMap(allPoints);
    const half = extent(points.map(([epoch]) => epoch))[1] / 2;
    const { high } = yAxisOf(panel);
    return points.flatMap(([epoch, value]) => (value > high ? [epoch < half] : []));
  });
  if (above.length === 0) return [];
  return [`${what}${above.every((isEarly) => isEarly) ? ' of early epochs' : ''} above the axis are cut off.`];
}

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
