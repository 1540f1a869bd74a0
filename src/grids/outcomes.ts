// Results of a grid: mean and standard deviation of each row over its seeds, as values, CSV and Markdown.
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { writeFileAtomically } from '../common/files.js';
import type { CellOutcome } from './executors/executor.js';

/** Mean and sample standard deviation (n − 1), in percent; no deviation of a single value. */
export interface Spread {
  readonly mean: number;
  readonly std?: number;
}

export interface RowOutcome {
  readonly row: string;
  /** Seeds whose run is done, in the grid's order. */
  readonly seeds: readonly number[];
  /** Seeds that were asked for. */
  readonly asked: number;
  /** Mean test error of the last ten epochs: the number the paper reports. Absent where no run is done. */
  readonly last10?: Spread;
  /** Of the epoch with the lowest test error. */
  readonly best?: Spread;
  /** Of the last epoch. */
  readonly last?: Spread;
}

/** Mean and sample standard deviation; undefined of no values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}

/** The rows of a grid in the order in which they first occur. */
export function rowOutcomes(outcomes: readonly CellOutcome[]): readonly RowOutcome[] {
  return [...new Set(outcomes.map(({ cell }) => cell.row))].map((row) => {
    const cells = outcomes.filter(({ cell }) => cell.row === row);
    const done = cells.flatMap(({ cell, summary }) =>
      summary === undefined ? [] : [{ seed: cell.config.training.seed, summary }],
    );
    return {
      row,
      seeds: done.map(({ seed }) => seed),
      asked: cells.length,
      last10: spreadOf(done.map(({ summary }) => summary.last10MeanTestErrorPercent)),
      best: spreadOf(done.map(({ summary }) => summary.best.testErrorPercent)),
      last: spreadOf(done.map(({ summary }) => summary.last.testErrorPercent)),
    };
  });
}

/** `6.23 ± 0.11`, `6.23` of one run, a dash of none. */
export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '-';
  return `${spread.mean.toFixed(2)}${spread.std === undefined ? '' : ` ± ${spread.std.toFixed(2)}`}`;
}

/** Titles and cells of the table that people read; errors in percent. `first` is the title of the row's name. */
export function outcomeTable(rows: readonly RowOutcome[], first: string) {
  return {
    header: [first, 'last 10 %', 'best %', 'last %', 'seeds'],
    rows: rows.map(({ row, last10, best, last, seeds, asked }) => [
      row,
      ...[last10, best, last].map(formatSpread),
      seeds.length === asked ? String(asked) : `${seeds.length} of ${asked}`,
    ]),
  };
}

/** The outcome as CSV, unrounded. */
export function outcomeCsv(rows: readonly RowOutcome[]): string {
  const columns = ['last10', 'best', 'last'] as const;
  const header = ['row', ...columns.flatMap((name) => [`${name}_mean`, `${name}_std`]), 'seeds_done', 'seeds_asked'];
  const lines = rows.map((row) => [
    row.row,
    ...columns.flatMap((name) => [row[name]?.mean ?? '', row[name]?.std ?? '']),
    row.seeds.length,
    row.asked,
  ]);
  return stringify([header, ...lines]);
}

/** The outcome as a Markdown table with what its numbers are. */
export function outcomeMarkdown(title: string, rows: readonly RowOutcome[], first: string, measured: string): string {
  const table = outcomeTable(rows, first);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `# ${title}`,
    '',
    `Error in percent on ${measured}, mean ± sample standard deviation over the seeds. "last 10" is the mean of the last ten epochs.`,
    '',
    line(table.header),
    line(table.header.map((_, column) => (column === 0 ? '---' : '--:'))),
    ...table.rows.map(line),
    '',
  ].join('\n');
}

/** What a table of outcomes says of itself. */
export interface OutcomeTitles {
  readonly title: string;
  /** Title of the column with the rows' names. */
  readonly first: string;
  /** The images that the errors were measured on. */
  readonly measured: string;
}

/** Writes `<stem>.csv` and `<stem>.md` into a store. */
export async function writeOutcomes(
  root: string,
  stem: string,
  { title, first, measured }: OutcomeTitles,
  rows: readonly RowOutcome[],
): Promise<void> {
  await writeFileAtomically(join(root, `${stem}.csv`), outcomeCsv(rows));
  await writeFileAtomically(join(root, `${stem}.md`), outcomeMarkdown(title, rows, first, measured));
}
