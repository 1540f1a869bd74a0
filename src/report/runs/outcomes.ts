// Results of the experiments of a group: errors by seed, intervals, comparison with a baseline.
import { cannot } from '../../common/errors.js';
import { meanInterval, spreadOf, type SeedValue, type Spread } from '../../common/statistics/samples.js';
import { compareWithBaselines } from '../../grids/baseline.js';
import type { TableOutcome } from '../../grids/outcome-table.js';
import { averagedEpochs, brokenText } from '../../grids/outcomes.js';
import { summarize } from '../../records/summary.js';
import { knownMetrics } from '../../training/metrics/registry.js';
import { groupRuns, secondRunText, type RunGroup, type SeedRuns } from './groups.js';
import { isComplete, type RecordedRun } from './recorded-runs.js';

/** The result of an experiment, over its complete runs. */
export interface ExperimentOutcome extends TableOutcome {
  readonly experiment: SeedRuns;
  /** Mean test error of the last ten epochs in percent, by seed. */
  readonly bySeed: ReadonlyMap<number, number>;
  readonly best?: Spread;
}

export interface GroupOutcomes {
  readonly group: RunGroup;
  readonly outcomes: readonly ExperimentOutcome[];
}

/** The settings in which the rows of one table may differ; each network, data set and length has its own table. */
const varied = [
  'loss',
  'augmentation',
  'optimizer',
  'schedule',
  'model.dropout',
  'dataset.synthetic',
  ...['batchSize', 'evaluationBatchSize', 'execution', 'precision', 'tf32', 'xla', 'deterministic'].map(
    (key) => `training.${key}`,
  ),
];

/** The errors of an experiment's complete runs. */
function measured(experiment: SeedRuns) {
  const facts = { experiment: experiment.name, parameters: 0, multiplyAdds: 0 };
  const done = experiment.runs.filter(isComplete).map(({ config, rows }) => ({
    seed: config.training.seed,
    summary: summarize(facts, rows, knownMetrics),
  }));
  const values: readonly SeedValue[] = done.map(({ seed, summary }) => ({
    seed,
    value: summary.last10MeanTestErrorPercent,
  }));
  return { values, best: spreadOf(done.map(({ summary }) => summary.best.testErrorPercent)) };
}

/** The outcomes of a group; the comparisons with `baseline` or cross entropy are one family (Holm's correction). */
function outcomesOf(group: RunGroup, baseline: string | undefined): readonly ExperimentOutcome[] {
  const { experiments } = group;
  const all = experiments.map(measured);
  const comparisons = compareWithBaselines(
    experiments.map(({ name, runs: [{ config }] }, index) => ({ row: name, config, values: all[index].values })),
    baseline,
  );
  return experiments.map((experiment, index) => {
    const { values, best } = all[index];
    const errors = values.map(({ value }) => value);
    return {
      experiment,
      row: experiment.name,
      seeds: values.map(({ seed }) => seed),
      bySeed: new Map(values.map(({ seed, value }) => [seed, value])),
      last10: spreadOf(errors),
      interval: meanInterval(errors),
      averagedEpochs: values.length === 0 ? undefined : averagedEpochs(experiment.runs[0].config.training.epochs),
      best,
      leftOut: experiment.leftOut.map(secondRunText),
      broken: experiment.runs.filter(isComplete).flatMap(({ name, summary = {} }) => brokenText(name, summary)),
      failed: experiment.runs.flatMap((run) =>
        run.state === 'failed' && !isComplete(run)
          ? [{ seed: run.config.training.seed, reason: run.reason ?? 'the reason was not recorded' }]
          : [],
      ),
      ...comparisons[index],
    };
  });
}

/**
 * Returns tables of results: one group per network, data set and length, one row per experiment. `baseline` names the
 * row that the others of its group are compared with; default, and in groups without such a row: cross entropy.
 * Errors (usage): no group has a row `baseline`.
 */
export function groupOutcomes(runs: readonly RecordedRun[], baseline?: string): readonly GroupOutcomes[] {
  const groups = groupRuns(runs, varied, ({ row }) => row);
  const names = new Set(groups.flatMap(({ experiments }) => experiments.map(({ name }) => name)));
  if (baseline !== undefined && !names.has(baseline))
    throw cannot(`compare with ${baseline}`, 'no row has that name', {
      code: 'figure/selection',
      kind: 'usage',
      hint: `rows: ${[...names].join(', ')}`,
    });
  return groups.map((group) => ({ group, outcomes: outcomesOf(group, baseline) }));
}
