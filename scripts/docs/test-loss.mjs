// The test loss of compared rows, which only the protocol of a repeated study names.
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

/** The rows of a group with a run that is done: their test losses as `values`, with their comparison. */
export function lossComparisons(outcomes) {
  const done = outcomes
    .filter(({ seeds }) => seeds.length > 0)
    .map((outcome) => ({ ...outcome, values: lossesOf(outcome) }));
  const valuesOf = (name) => done.find(({ row }) => row === name)?.values;
  const comparisons = compareRows(done.map(({ values, baseline }) => ({ values, baseline: valuesOf(baseline) })));
  return done.map((outcome, index) => ({ ...outcome, comparison: comparisons[index] }));
}

/** A table of `lossComparisons`; no line where no row is compared. `planned`: whether the protocol names the loss. */
export function testLossLines({ outcomes }, planned) {
  const done = lossComparisons(outcomes);
  const titles = comparisonTitles(done);
  if (titles.length === 0) return [];
  const rows = done.map((outcome) => [
    outcome.row,
    formatSpread(spreadOf(outcome.values.map(({ value }) => value)), decimals),
    ...comparisonTexts(outcome, decimals),
  ]);
  const origin = planned ? '' : ' The study was not planned to compare it; it was examined after the errors.';
  return [
    `Test loss: the mean cross entropy of the same images in the same epochs, whatever the training loss.${origin}`,
    '',
    table(['row', 'test loss', ...titles], rows),
    '',
  ];
}
