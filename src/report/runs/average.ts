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

/** Whether a run has completed an epoch. */
export const hasEpoch = ({ rows }: RecordedRun): boolean => rows.length > 0;

/** The runs whose mean a series is: the complete ones, or all with an epoch if none is complete. */
function averagedRuns(runs: readonly RecordedRun[]): readonly RecordedRun[] {
  const begun = runs.filter(hasEpoch);
  return begun.some(isComplete) ? begun.filter(isComplete) : begun;
}

const seedOf = ({ config }: RecordedRun): number => config.training.seed;

/**
 * Returns the mean over the complete runs at each evaluated epoch; if no run is complete, over all runs up to the last
 * epoch that all of them have. A run that is not in the mean, or extends beyond it, is a thin line. The band is mean ±
 * sample standard deviation; for two runs, from one to the other. Runs without an epoch are left out; undefined if none
 * is left.
 */
export function averagedSeries(runs: readonly RecordedRun[], field: ErrorField): Omit<Series, 'label'> | undefined {
  const base = averagedRuns(runs);
  if (base.length === 0) return undefined;
  const epochs = Math.min(...base.map(({ rows }) => rows.length));
  const means = Array.from({ length: epochs }, (_, index) => index).flatMap((index) => {
    const values = base.flatMap(({ rows }) => rows[index][field] ?? []);
    if (values.length < base.length) return [];
    const { mean, std = 0 } = spreadOf(values)!;
    const [low, high] = base.length === 2 ? [Math.min(...values), Math.max(...values)] : [mean - std, mean + std];
    return { x: base[0].rows[index].epoch, mean, low, high };
  });
  const apart = runs.filter((run) => hasEpoch(run) && (!base.includes(run) || run.rows.length > epochs));
  return {
    points: means.map(({ x, mean }) => [x, mean]),
    band: base.length < 2 ? [] : means.map(({ x, low, high }) => ({ x, low, high })),
    bandOf: base.length === 2 ? 'range' : 'deviation',
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
  const begun = runs.filter((run) => hasEpoch(run) && !isComplete(run));
  const isFailed = ({ state }: RecordedRun): boolean => state === 'failed';
  const goingOn = begun.filter((run) => !isFailed(run));
  const failed = begun.filter(isFailed);
  const failedAtOnce = runs.filter((run) => isFailed(run) && !hasEpoch(run));
  const thin = complete.length > 0 ? ', thin' : '';
  return [
    ...(complete.length > 0 ? [counted(complete.length, 'seed')] : []),
    ...(goingOn.length > 0 ? [`${seedNames(goingOn)} to ${reachedText(goingOn)}${thin}`] : []),
    ...(failed.length > 0 ? [`${seedNames(failed)} failed after ${reachedText(failed)}${thin}`] : []),
    ...(failedAtOnce.length > 0 ? [`${seedNames(failedAtOnce)} failed before the end of epoch 1`] : []),
  ].join('; ');
}
