// The metrics, in the order of their columns in metrics.csv. A new one is one file and one line here.
import type { Tensor } from '../../engine/tensor.js';
import type { MetricsRow } from '../../records/metrics-columns.js';
import { ownMetrics } from './custom.js';
import { ema } from './ema.js';
import { lossScalars } from './loss-scalars.js';
import type { EpochFacts, EvaluatedBatch, Evaluation, MeasuredRun, Metric, MetricFamily } from './metric.js';
import { place } from './place.js';
import { schedule } from './schedule.js';
import { time } from './time.js';
import { top1 } from './top1.js';
import { top5 } from './top5.js';
import { training } from './training.js';

const families: readonly MetricFamily[] = [place, schedule, lossScalars, training, top1, top5, ema, ownMetrics, time];

/** Returns the metrics of a run. */
export const metricsOf = (run: MeasuredRun): readonly Metric[] => families.flatMap(({ metrics }) => metrics(run));

/**
 * Returns the metrics that a stored run with the columns or names `present` may have; metrics specific to other runs
 * are excluded.
 */
export const knownMetrics = (present: readonly string[]): readonly Metric[] =>
  families.flatMap(({ known }) => known(present));

/** Returns the sums that an evaluation step of a run computes for its metrics. */
export function evaluationSums(run: MeasuredRun, batch: EvaluatedBatch): Record<string, Tensor> {
  const measured = families.filter(({ metrics }) => metrics(run).length > 0);
  return Object.assign({}, ...measured.map(({ sums }) => sums?.(batch, run) ?? {})) as Record<string, Tensor>;
}

const valuesOf = (values: readonly (readonly [Metric, number])[]): Record<string, number> =>
  Object.fromEntries(values.map(([{ name }, value]) => [name, value]));

/** Returns the values of the metrics of an evaluation, by name. */
export const evaluatedValues = (metrics: readonly Metric[], evaluation: Evaluation): Record<string, number> =>
  valuesOf(metrics.flatMap((each) => (each.kind === 'evaluation' ? [[each, each.value(evaluation)] as const] : [])));

/** Returns the row of an epoch. `evaluated`: its `evaluatedValues`; empty if it was not evaluated. */
export function epochRow(
  metrics: readonly Metric[],
  epoch: EpochFacts,
  evaluated: Readonly<Record<string, number>>,
): MetricsRow {
  const known = metrics.flatMap((each) => (each.kind === 'evaluation' ? [] : [[each, each.value(epoch)] as const]));
  return { ...valuesOf(known), ...evaluated } as unknown as MetricsRow;
}
