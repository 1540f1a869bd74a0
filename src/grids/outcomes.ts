// Results of a grid: errors of each row over its seeds, and the comparison with cross entropy.
import type { Comparison } from '../common/statistics/compare.js';
import { meanInterval, spreadOf, type Interval, type SeedValue, type Spread } from '../common/statistics/samples.js';
import { lastEpochs } from '../records/metrics-columns.js';
import type { RunSummary } from '../records/summary.js';
import { averageable, leftOutText, originBesideConfig, originText } from '../runs/origin.js';
import { compareWithBaselines } from './baseline.js';
import type { CellOutcome } from './executors/executor.js';

export interface FailedSeed {
  readonly seed: number;
  readonly reason: string;
}

export interface RowOutcome {
  readonly row: string;
  /** Seeds of completed runs, in the order of the grid. */
  readonly seeds: readonly number[];
  /** Number of requested seeds. */
  readonly asked: number;
  /** Description of unusual images or initial weights of its runs, such as unofficial CIFAR-10 images. */
  readonly origin?: string;
  /** Completed runs that are excluded from the means, with the reason. */
  readonly leftOut?: readonly string[];
  /** Runs in the means whose last evaluation left broken images out, with their number: `a-seed1 (3)`. */
  readonly broken?: readonly string[];
  /** Runs that failed, such as diverged ones, which no mean includes. */
  readonly failed?: readonly FailedSeed[];
  /** Mean test error of the last ten epochs, the number that the paper reports. Absent if no run is complete. */
  readonly last10?: Spread;
  /** 95 % interval of the mean of `last10`; absent with fewer than two runs. */
  readonly interval?: Interval;
  /** Number of epochs averaged in `last10`: ten, or all of a shorter run. */
  readonly averagedEpochs?: number;
  /** Error of the epoch with the lowest test error. */
  readonly best?: Spread;
  /** Error of the last epoch. */
  readonly last?: Spread;
  /** Name of the row of cross entropy that it is compared with. */
  readonly baseline?: string;
  /** Differences from the baseline other than the method: `training.epochs 160 → 60`. */
  readonly otherChanges?: string;
  /** Comparison of `last10`; absent without a baseline. */
  readonly comparison?: Comparison;
}

/** Names a run whose last evaluation left broken images out; empty if it left out none. */
export const brokenText = (name: string, { evaluationImagesLeftOut: count = 0 }: Partial<RunSummary>): string[] =>
  count === 0 ? [] : [`${name} (${count})`];

const lastTen = ({ last10MeanTestErrorPercent }: RunSummary): number => last10MeanTestErrorPercent;

/** Returns the note about such runs, if there are any; `broken`: texts of `brokenText`. */
export const brokenNotes = (broken: readonly string[]): readonly string[] =>
  broken.length === 0 ? [] : [`Evaluated without their broken images, of this number: ${broken.join(', ')}.`];

/** Returns the number of epochs averaged in the error of a run with `epochs` epochs. */
export const averagedEpochs = (epochs: number): number => Math.min(lastEpochs, epochs);

/** Returns cells whose runs differ from most on the same data set: other images, or weights that no config names. */
function leftOutOf(outcomes: readonly CellOutcome[]): ReadonlySet<CellOutcome> {
  const done = outcomes.filter(({ summary }) => summary !== undefined);
  const datasetOf = ({ cell }: CellOutcome): string => JSON.stringify(cell.config.dataset);
  const datasets = [...new Set(done.map(datasetOf))];
  return new Set(
    datasets.flatMap((dataset) => {
      const alike = done.filter((outcome) => datasetOf(outcome) === dataset);
      const { name } = alike[0].cell.config.dataset;
      return averageable(name, alike, ({ cell, summary }) => originBesideConfig(cell.config, summary!)).left;
    }),
  );
}

/**
 * Returns the outcomes of the rows, in the order in which they first occur. Runs that differ from most on the same
 * data set, by other images or by initial weights that their config does not name, are excluded from the means.
 */
export function rowOutcomes(outcomes: readonly CellOutcome[]): readonly RowOutcome[] {
  const leftOut = leftOutOf(outcomes);
  const names = [...new Set(outcomes.map(({ cell }) => cell.row))];
  const rows = names.map((row) => {
    const cells = outcomes.filter(({ cell }) => cell.row === row);
    const done = cells.flatMap((outcome) => {
      const { cell, summary } = outcome;
      if (summary === undefined || leftOut.has(outcome)) return [];
      return [{ name: cell.name, seed: cell.config.training.seed, summary }];
    });
    const { name: dataset } = cells[0].cell.config.dataset;
    const left = cells.filter((outcome) => leftOut.has(outcome));
    const failed = cells.flatMap(({ cell, end, summary }) =>
      summary === undefined && end.state === 'failed' ? [{ seed: cell.config.training.seed, reason: end.reason }] : [],
    );
    const origin = done.length === 0 ? undefined : originText(dataset, done[0].summary);
    const broken = done.flatMap(({ name, summary }) => brokenText(name, summary));
    const about = {
      ...(origin !== undefined && { origin }),
      ...(left.length > 0 && {
        leftOut: left.map(({ cell, summary }) => `${cell.name} (${leftOutText(dataset, summary!)})`),
      }),
      ...(broken.length > 0 && { broken }),
      ...(failed.length > 0 && { failed }),
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
