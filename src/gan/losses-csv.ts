// losses.csv: the mean losses since the row before, every so many iterations.
import { cannot } from '../common/errors.js';
import { columnOf } from '../records/metrics-columns.js';
import { openTable, parseTable, readTable, tableHeader, tableLine } from '../records/number-table.js';
import type { LossesRow } from './trainer.js';

export interface LossesFile {
  /** Appends one row and returns once it is on disk. */
  append(row: LossesRow): Promise<void>;
  close(): Promise<void>;
}

const columnsOf = (names: readonly string[]): string[] => ['iteration', ...names.map(columnOf), 'seconds'];

/** The complete rows of a losses.csv with the means of `names`. Errors name file, line and column. */
export async function readLosses(path: string, names: readonly string[]): Promise<LossesRow[]> {
  const table = parseTable(await readTable(path), path, { what: 'losses', columns: columnsOf(names) });
  const place = (column: string): number => table.columns.indexOf(column);
  // No cell of this table may be empty.
  return table.rows.map(({ values }) => ({
    iteration: values[place('iteration')]!,
    means: Object.fromEntries(names.map((name) => [name, values[place(columnOf(name))]!])),
    seconds: values[place('seconds')]!,
  }));
}

export interface OpenLossesOptions {
  /** Iterations between rows. */
  readonly every: number;
  /** Iterations that a resumed run has done; later rows are cut off. Without it the file starts anew. */
  readonly resumeAfter?: number;
}

/**
 * Opens losses.csv with the means of `names` for writing. A resumed run's file is checked and cut off after the
 * checkpoint. Errors: `cannot write X`, `cannot resume`, and mistakes in the file by line and column.
 */
export async function openLosses(
  path: string,
  names: readonly string[],
  { every, resumeAfter }: OpenLossesOptions,
): Promise<LossesFile> {
  const columns = columnsOf(names);
  const header = tableHeader(columns);
  const rows = Math.floor((resumeAfter ?? 0) / every);
  const text = rows === 0 ? header : header + (await keptRows(path, columns, { count: rows, every }));
  const table = await openTable(path, text);
  return {
    append: async ({ iteration, means, seconds }) => {
      const rounded = Number(seconds.toFixed(3));
      const values = [iteration, ...names.map((name) => means[name]), rounded];
      await table.append(tableLine(columns, values, path, `iteration ${iteration}`));
    },
    close: () => table.close(),
  };
}

/** The lines of the first `count` rows of a file, which have to be those of each `every` iterations. */
async function keptRows(
  path: string,
  columns: readonly string[],
  { count, every }: { readonly count: number; readonly every: number },
): Promise<string> {
  const hint = 'start over with --no-resume, or choose another folder with --out';
  const { rows } = parseTable(await readTable(path, hint), path, { what: 'losses', columns });
  const kept = rows.slice(0, count);
  const stray = kept.findIndex(({ values }, index) => values[0] !== (index + 1) * every);
  if (stray >= 0 || kept.length < count) {
    const line = stray >= 0 ? stray : kept.length;
    throw cannot('resume', `the row of iteration ${(line + 1) * every} is missing from the losses`, {
      code: 'metrics/damaged',
      place: `${path}:${line + 2}`,
      hint,
    });
  }
  return kept.map(({ text }) => `${text}\n`).join('');
}
