// losses.csv: the mean losses since the row before, every so many iterations.
import { cannot } from '../common/errors.js';
import { columnOf } from '../records/metrics-columns.js';
import { openTable, parseTable, readTable, tableHeader, tableLine } from '../records/number-table.js';
import type { LossesRow } from './trainer.js';

interface LossesFile {
  /** The diversity of the last row that a resumed run keeps, where it has one. */
  readonly lastDiversity: number | undefined;
  /** Appends one row and returns once it is on disk. */
  append(row: LossesRow): Promise<void>;
  close(): Promise<void>;
}

/** The column of the samples' diversity: files of before have none, as those of data that it cannot be measured against. */
const diversityColumn = 'diversity';

const columnsOf = (names: readonly string[], diversity = true): string[] => [
  ...['iteration', ...names.map(columnOf)],
  ...(diversity ? [diversityColumn] : []),
  'seconds',
];

const shapeOf = (names: readonly string[]) => ({
  ...{ what: 'losses', columns: columnsOf(names), optional: [diversityColumn] },
});

/** The complete rows of a losses.csv with the means of `names`. Errors name file, line and column. */
export async function readLosses(path: string, names: readonly string[]): Promise<LossesRow[]> {
  const table = parseTable(await readTable(path), path, shapeOf(names));
  // No cell of this table may be empty.
  const value = (values: readonly (number | undefined)[], column: string): number =>
    values[table.columns.indexOf(column)]!;
  const diverse = table.columns.includes(diversityColumn);
  return table.rows.map(({ values }) => ({
    iteration: value(values, 'iteration'),
    means: Object.fromEntries(names.map((name) => [name, value(values, columnOf(name))])),
    ...(diverse ? { diversity: value(values, diversityColumn) } : {}),
    seconds: value(values, 'seconds'),
  }));
}

/** What a run's file begins with: nothing, or the rows that a resumed run has written. */
export interface KeptLosses extends Pick<LossesFile, 'lastDiversity'> {
  /** Those of the file: it may come from a version that measured less. */
  readonly columns: readonly string[];
  /** The kept rows. */
  readonly text: string;
}

interface KeptLossesOptions {
  /** Iterations between rows. */
  readonly every: number;
  /** Iterations that a resumed run has done; later rows are not kept. Without it the file starts anew. */
  readonly resumeAfter?: number;
  /** Whether rows have the samples' diversity. A resumed file keeps the columns that it has. */
  readonly diversity?: boolean;
}

/**
 * What of a run's file with the means of `names` is kept; writes nothing. Errors: `cannot resume`, and mistakes in the
 * file by line and column.
 */
export async function keptLosses(
  path: string,
  names: readonly string[],
  { every, resumeAfter, diversity = false }: KeptLossesOptions,
): Promise<KeptLosses> {
  const count = Math.floor((resumeAfter ?? 0) / every);
  if (count === 0) return { columns: columnsOf(names, diversity), text: '', lastDiversity: undefined };
  return keptRows(path, names, { count, every });
}

/**
 * Opens losses.csv with the means of `names` for writing; what comes after the kept rows is cut off. Errors: `cannot
 * write X`.
 */
export async function openLosses(path: string, names: readonly string[], kept: KeptLosses): Promise<LossesFile> {
  const { columns, text, lastDiversity } = kept;
  const table = await openTable(path, tableHeader(columns) + text);
  return {
    lastDiversity,
    append: async ({ iteration, means, diversity: measured, seconds }) => {
      const cells = new Map<string, number | undefined>([
        ['iteration', iteration],
        ...names.map((name) => [columnOf(name), means[name]] as const),
        [diversityColumn, measured === undefined ? undefined : Number(measured.toFixed(4))],
        ['seconds', Number(seconds.toFixed(3))],
      ]);
      const values = columns.map((column) => cells.get(column));
      await table.append(tableLine({ path, columns }, values, `iteration ${iteration}`));
    },
    close: () => table.close(),
  };
}

/** The columns of a file and its first `count` rows, which have to be those of each `every` iterations. */
async function keptRows(
  path: string,
  names: readonly string[],
  { count, every }: { readonly count: number; readonly every: number },
): Promise<KeptLosses> {
  const hint = 'choose another folder with --out';
  const { columns, rows } = parseTable(await readTable(path, hint), path, shapeOf(names));
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
  const place = columns.indexOf(diversityColumn);
  const text = kept.map((row) => `${row.text}\n`).join('');
  return { columns, text, lastDiversity: place < 0 ? undefined : kept.at(-1)?.values[place] };
}
