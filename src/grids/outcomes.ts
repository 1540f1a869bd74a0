// Results of a grid: each row's errors over its seeds, and its comparison with cross entropy.
import type { Comparison } from '../common/statistics/compare.js';
import { meanInterval, spreadOf, type Interval, type SeedValue, type Spread } from '../common/statistics/samples.js';
import { lastEpochs } from '../records/metrics-columns.js';
import type { RunSummary } from '../records/summary.js';
import { averageable, leftOutText, originText } from '../runs/origin.js';
import { compareWithBaselines } from './baseline.js';
import type { CellOutcome } from './executors/executor.js';

export interface RowOutcome {
  readonly row: string;
  /** Seeds whose run is done, in the grid's order. */
  readonly seeds: readonly number[];
  /** Seeds that were asked for. */
  readonly asked: number;
  /** Unusual images or first weights of its runs, in words: not the official CIFAR-10. */
  readonly origin?: string;
  /** Runs that are done and not averaged with these, and why. */
  readonly leftOut?: readonly string[];
  /** Mean test error of the last ten epochs: the number the paper reports. Absent where no run is done. */
  readonly last10?: Spread;
  /** 95 % of the mean of `last10`; absent of fewer than two runs. */
  readonly interval?: Interval;
  /** Epochs that `last10` is the mean of: ten, or all of a shorter run. */
  readonly averagedEpochs?: number;
  /** Of the epoch with the lowest test error. */
  readonly best?: Spread;
  /** Of the last epoch. */
  readonly last?: Spread;
  /** The row of cross entropy that it is compared with. */
  readonly baseline?: string;
  /** What differs between the two beside the method, in words: `training.epochs 160 → 60`. */
  readonly otherChanges?: string;
  /** Of `last10`; absent without a baseline. */
  readonly comparison?: Comparison;
}

const lastTen = ({ last10MeanTestErrorPercent }: RunSummary): number => last10MeanTestErrorPercent;

/** Epochs that the error of a run of so many is the mean of. */
export const averagedEpochs = (epochs: number): number => Math.min(lastEpochs, epochs);

/** The cells on the same data set whose runs are not made as most are: on other images, or from other first weights. */
function leftOutOf(outcomes: readonly CellOutcome[]): ReadonlySet<CellOutcome> {
  const done = outcomes.filter(({ summary }) => summary !== undefined);
  const datasetOf = ({ cell }: CellOutcome): string => JSON.stringify(cell.config.dataset);
  const datasets = [...new Set(done.map(datasetOf))];
  return new Set(
    datasets.flatMap((dataset) => {
      const alike = done.filter((outcome) => datasetOf(outcome) === dataset);
      return averageable(alike[0].cell.config.dataset.name, alike, ({ summary }) => summary!).left;
    }),
  );
}

/**
 * The rows of a grid in the order in which they first occur. Runs on the same data set that were made on other images
 * than most, or from other first weights, are left out.
 */
export function rowOutcomes(outcomes: readonly CellOutcome[]): readonly RowOutcome[] {
  const leftOut = leftOutOf(outcomes);
  const names = [...new Set(outcomes.map(({ cell }) => cell.row))];
  const rows = names.map((row) => {
    const cells = outcomes.filter(({ cell }) => cell.row === row);
    const done = cells.flatMap((outcome) => {
      const { cell, summary } = outcome;
      return summary === undefined || leftOut.has(outcome) ? [] : [{ seed: cell.config.training.seed, summary }];
    });
    const { name: dataset } = cells[0].cell.config.dataset;
    const left = cells.filter((outcome) => leftOut.has(outcome));
    const origin = done.length === 0 ? undefined : originText(dataset, done[0].summary);
    const about = {
      ...(origin !== undefined && { origin }),
      ...(left.length > 0 && {
        leftOut: left.map(({ cell, summary }) => `${cell.name} (${leftOutText(dataset, summary!)})`),
      }),
    };
    const values: readonly SeedValue[] = done.map(({ seed, summary }) => ({ seed, value: lastTen(summary) }));
    return {
      row,
      asked: cells.length,
      config: cells[0].cell.config,
      done: done.map(({ summary }) => summary),
      values,
      about,
    };
  });
  const comparisons = compareWithBaselines(rows);
  return rows.map(({ row, asked, done, values, about }, index) => {
    return {
      row,
      seeds: values.map(({ seed }) => seed),
      asked,
      ...about,
      last10: spreadOf(done.map(lastTen)),
      interval: meanInterval(done.map(lastTen)),
      averagedEpochs: done.length === 0 ? undefined : averagedEpochs(Math.min(...done.map(({ epochs }) => epochs))),
      best: spreadOf(done.map(({ best }) => best.testErrorPercent)),
      last: spreadOf(done.map(({ last }) => last.testErrorPercent)),
      ...comparisons[index],
    };
  });
}
