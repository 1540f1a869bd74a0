// The test loss of compared rows: no measure of the protocols, shown beside the errors that are.
import { compareRows } from '../../dist/common/statistics/compare.js';
import { meanOf, spreadOf } from '../../dist/common/statistics/samples.js';
import { formatSpread } from '../../dist/common/statistics/texts.js';
import { comparisonTexts, comparisonTitles } from '../../dist/grids/outcome-table.js';
import { lastEpochs } from '../../dist/records/metrics-columns.js';
import { table } from './markdown.mjs';

/** Losses are about 1, and two decimals would show differences and deviations as 0. */
const decimals = 3;

/** By seed, the mean test loss of the last ten epochs of a row's complete runs. */
function lossesOf({ experiment, seeds }) {
  const complete = experiment.runs.filter(({ config }) => seeds.includes(config.training.seed));
  return complete.map(({ config, rows }) => ({
    seed: config.training.seed,
    value: meanOf(rows.slice(-lastEpochs).map(({ testLoss }) => testLoss)),
  }));
}

/** A table of the rows of a group with a run that is done; no line where no row is compared. */
export function testLossLines({ outcomes }) {
  const done = outcomes
    .filter(({ seeds }) => seeds.length > 0)
    .map((outcome) => ({ ...outcome, values: lossesOf(outcome) }));
  const valuesOf = (name) => done.find(({ row }) => row === name)?.values;
  const comparisons = compareRows(done.map(({ values, baseline }) => ({ values, baseline: valuesOf(baseline) })));
  const titles = comparisonTitles(done);
  if (titles.length === 0) return [];
  const rows = done.map((outcome, index) => [
    outcome.row,
    formatSpread(spreadOf(outcome.values.map(({ value }) => value)), decimals),
    ...comparisonTexts({ ...outcome, comparison: comparisons[index] }, decimals),
  ]);
  return [
    'Test loss: the mean cross entropy of the same images in the same epochs, whatever the training loss. The study was not planned to compare it; it was examined after the errors.',
    '',
    table(['row', 'test loss', ...titles], rows),
    '',
  ];
}
