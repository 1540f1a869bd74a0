// Averages the runs of one experiment: mean over the seeds, band, and the runs that are left out.
import { counted } from '../../common/format.js';
import { spreadOf } from '../../common/statistics/samples.js';
import type { MetricsRow } from '../../records/metrics-columns.js';
import type { Point, Series } from '../chart/series.js';
import { isComplete, type RecordedRun } from './recorded-runs.js';

/** The error to draw: a field of a row of metrics.csv, in percent. */
export type ErrorField = 'testError' | 'trainError';

/** The epochs at which the error was measured. */
const pointsOf = (rows: readonly MetricsRow[], field: ErrorField): Point[] =>
  rows.flatMap(({ epoch, [field]: error }) => (error === undefined ? [] : [[epoch, error] as const]));

const seedOf = ({ config }: RecordedRun): number => config.training.seed;

/**
 * Returns the mean over the complete runs at each evaluated epoch; if no run is complete, over all runs up to the last
 * epoch that all of them have. A run that is not in the mean, or extends beyond it, is a thin line. The band is mean ±
 * sample standard deviation; for two runs, from one to the other. Runs without an epoch are left out; undefined if none
 * is left.
 */
export function averagedSeries(runs: readonly RecordedRun[], field: ErrorField): Omit<Series, 'label'> | undefined {
  const begun = runs.filter(({ rows }) => rows.length > 0);
  if (begun.length === 0) return undefined;
  const complete = begun.filter(isComplete);
  const base = complete.length > 0 ? complete : begun;
  const epochs = Math.min(...base.map(({ rows }) => rows.length));
  const means = Array.from({ length: epochs }, (_, index) => index).flatMap((index) => {
    const values = base.flatMap(({ rows }) => rows[index][field] ?? []);
    if (values.length < base.length) return [];
    const { mean, std = 0 } = spreadOf(values)!;
    const [low, high] = base.length === 2 ? [Math.min(...values), Math.max(...values)] : [mean - std, mean + std];
    return { x: base[0].rows[index].epoch, mean, low, high };
  });
  const apart = begun.filter((run) => !base.includes(run) || run.rows.length > epochs);
  return {
    points: means.map(({ x, mean }) => [x, mean]),
    band: base.length < 2 ? [] : means.map(({ x, low, high }) => ({ x, low, high })),
    thin: apart.map(({ rows }) => pointsOf(rows, field)),
  };
}

/** `seeds 2, 3`. */
const seedNames = (runs: readonly RecordedRun[]): string =>
  `seed${runs.length === 1 ? '' : 's'} ${runs.map(seedOf).join(', ')}`;

/** The epochs that the runs have completed as text, in the order of the seeds; once if all have reached the same. */
function reachedText(runs: readonly RecordedRun[]): string {
  const lengths = runs.map(({ rows }) => rows.length);
  const reached = new Set(lengths).size === 1 ? lengths[0] : lengths.join(', ');
  return `epoch ${reached} of ${runs[0].config.training.epochs}`;
}

/**
 * The runs of a series as text for a legend: `3 seeds`, `1 seed; seed 2 to epoch 31 of 60, thin`. Failed runs are named
 * as such, because the mean without them may be too favourable.
 */
export function seedsText(runs: readonly RecordedRun[]): string {
  const complete = runs.filter(isComplete);
  const partial = runs.filter((run) => !isComplete(run));
  const [begun, others] = [true, false].map((is) => partial.filter(({ rows }) => rows.length > 0 === is));
  const isFailed = ({ state }: RecordedRun): boolean => state === 'failed';
  const thin = complete.length > 0 ? ', thin' : '';
  const textOf = (some: readonly RecordedRun[], words: (reached: string) => string): readonly string[] =>
    some.length === 0 ? [] : [`${seedNames(some)} ${words(reachedText(some))}`];
  return [
    ...(complete.length === 0 ? [] : [counted(complete.length, 'seed')]),
    ...textOf(
      begun.filter((run) => !isFailed(run)),
      (reached) => `to ${reached}${thin}`,
    ),
    ...textOf(begun.filter(isFailed), (reached) => `failed after ${reached}${thin}`),
    ...textOf(others.filter(isFailed), () => 'failed before the end of epoch 1'),
  ].join('; ');
}
