// Data series of a chart, and their reduction to what a screen can show.
import type { SeriesStyle } from './style.js';

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly label: string;
  /** Sorted by x. */
  readonly points: readonly Point[];
  /** The spread around the points, drawn as a band. */
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** What the band shows: mean ± sample standard deviation (the default), or the range of two runs. */
  readonly bandOf?: keyof typeof bandTexts;
  /** Additional thin lines, of runs that are not included in the mean or extend beyond it. */
  readonly thin?: readonly (readonly Point[])[];
  /** Default: by the position of its label among the chart's labels. */
  readonly style?: SeriesStyle;
}

const bandTexts = { deviation: '± sample standard deviation', range: 'from one seed to the other' } as const;

/** The maximum number of series that are drawn with bands: more bands cover one another. */
const maxBands = 6;

/** Whether the band of a series can be drawn: a single point has no area. */
const hasBand = ({ band = [] }: Series): boolean => band.length > 1;

/** Returns the series, without their bands if there are too many. */
export function withoutCrowdedBands(series: readonly Series[]): readonly Series[] {
  const bands = series.filter(hasBand);
  return bands.length <= maxBands ? series : series.map((one) => ({ ...one, band: undefined }));
}

/** What the drawn bands show. */
function spreadText(drawn: readonly Series[]): string {
  const [shown, other] = new Set(drawn.filter(hasBand).map(({ bandOf = 'deviation' }) => bandOf));
  return other === undefined ? bandTexts[shown] : `${bandTexts.deviation} (of two seeds: from one to the other)`;
}

/** A note if some series are means over seeds, else no note. `all` includes the bands that `drawn` may lack. */
export function averageNotes(all: readonly Series[], drawn: readonly Series[]): readonly string[] {
  if (all.every(({ band = [] }) => band.length === 0)) return [];
  const mean = 'Lines: mean over the seeds.';
  if (drawn.some(hasBand)) {
    // Another panel of the figure may have too many.
    const crowded = all.filter(hasBand).length > drawn.filter(hasBand).length;
    return [
      `${mean} Bands: ${spreadText(drawn)}.${crowded ? ` They are left out where more than ${maxBands} would overlap.` : ''}`,
    ];
  }
  return [all.some(hasBand) ? `${mean} The spread over the seeds is not shown: too many bands would overlap.` : mean];
}

/** A note if some epochs of the series were not evaluated (`training.evaluateEvery`), else no note. */
export function evaluatedEpochsNotes(series: readonly Series[]): readonly string[] {
  const gaps = series.flatMap(({ points }) => points.slice(1).map(([x], index) => x - points[index][0]));
  const largest = Math.max(1, ...gaps);
  return largest === 1 ? [] : [`Lines connect the evaluated epochs, which are up to ${largest} apart.`];
}

/** All points of a series, including its thin lines and band. */
export function allPoints({ points, band = [], thin = [] }: Series): readonly Point[] {
  return [...points, ...thin.flat(), ...band.flatMap(({ x, low, high }): Point[] => [[x, low], [x, high]])]; // prettier-ignore
}

/**
 * Reduces `points`, sorted by x, to the lowest and the highest in each interval of `width`, in their order, and both
 * ends. With a width of a few pixels, the line looks the same.
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

/**
 * Returns a line of which what is below `low` or above `high` is moved to that bound; between the bounds it is
 * unchanged.
 */
export function bounded(points: readonly Point[], low: number, high: number): readonly Point[] {
  return points.flatMap(([x, y], index) => {
    const [fromX, fromY] = points[Math.max(0, index - 1)];
    const crossed = [low, high].filter((bound) => (fromY - bound) * (y - bound) < 0);
    if (fromY > y) crossed.reverse();
    const crossings = crossed.map((bound): Point => [fromX + ((bound - fromY) / (y - fromY)) * (x - fromX), bound]);
    return [...crossings, [x, Math.min(high, Math.max(low, y))] as const];
  });
}

/** Minimum and maximum; `[Infinity, -Infinity]` for no values. */
export function extent(values: readonly number[]): [low: number, high: number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}
