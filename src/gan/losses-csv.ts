// losses.csv: at a fixed interval of iterations, the mean losses since the previous row.
import { createHash } from 'node:crypto';
import { cannot } from '../common/errors.js';
import { columnOf } from '../records/metrics-columns.js';
import { openTable, parseTable, readTable, tableHeader, tableLine } from '../records/number-table.js';
import type { LossesRow } from './trainer.js';

export interface LossesFile {
  /** The diversity in the last row that a resumed run keeps, if any. */
  readonly lastDiversity: number | undefined;
  /** Appends one row and returns once it is on disk. */
  append(row: LossesRow): Promise<void>;
  /** Returns the SHA-256 (hex) of all rows so far, without the column `seconds`. */
  digest(): string;
  /** Errors: the file was deleted or replaced. */
  requireOwn(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The column of the samples' diversity. Absent in files of earlier versions, and for data sets with which it cannot be
 * measured.
 */
const diversityColumn = 'diversity';

const columnsOf = (names: readonly string[], diversity = true): string[] => [
  ...['iteration', ...names.map(columnOf)],
  ...(diversity ? [diversityColumn] : []),
  'seconds',
];

const shapeOf = (names: readonly string[]) => ({
  ...{ what: 'losses', columns: columnsOf(names), optional: [diversityColumn] },
});

/** Returns the complete rows of a losses.csv with the means of `names`. Errors name file, line and column. */
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

type Values = readonly (number | undefined)[];

function digestOf(columns: readonly string[], rows: readonly Values[]): string {
  const lasting = (cells: readonly (string | number | undefined)[]) =>
    cells.filter((_, place) => columns[place] !== 'seconds');
  return createHash('sha256')
    .update(JSON.stringify([columns, ...rows].map(lasting)))
    .digest('hex');
}

/** The start of a run's file: empty, or the rows that a resumed run keeps. */
export interface KeptLosses extends Pick<LossesFile, 'lastDiversity'> {
  /** The columns of the file, which may come from a version that measured less. */
  readonly columns: readonly string[];
  /** The kept rows. */
  readonly text: string;
  readonly rows: readonly Values[];
}

interface KeptLossesOptions {
  /** Iterations between rows. */
  readonly every: number;
  /**
   * Number of iterations already done by a resumed run; later rows are dropped. If absent, the file is started again.
   */
  readonly resumeAfter?: number;
  /** Whether rows contain the samples' diversity. A resumed file keeps its columns. */
  readonly diversity?: boolean;
  /** The value of `digest` when the run's checkpoint was made; absent if unknown. */
  readonly expectedDigest?: string | undefined;
}

/**
 * Returns the part of a run's file with the means of `names` that is kept; writes nothing. Errors: `cannot resume`,
 * and mistakes in the file by line and column.
 */
export async function keptLosses(
  path: string,
  names: readonly string[],
  { every, resumeAfter, diversity = false, expectedDigest }: KeptLossesOptions,
): Promise<KeptLosses> {
  const count = Math.floor((resumeAfter ?? 0) / every);
  if (count === 0) return { columns: columnsOf(names, diversity), text: '', rows: [], lastDiversity: undefined };
  const kept = await keptRows(path, names, { count, every });
  if (expectedDigest !== undefined && digestOf(kept.columns, kept.rows) !== expectedDigest) {
    const reason = 'the losses were changed since the checkpoint was written, or are damaged';
    throw cannot('resume', reason, { code: 'metrics/damaged', place: `${path}:2`, hint });
  }
  return kept;
}

/**
 * Opens losses.csv with the means of `names` for writing, and truncates it after the kept rows. Errors: `cannot write
 * X`.
 */
export async function openLosses(path: string, names: readonly string[], kept: KeptLosses): Promise<LossesFile> {
  const { columns, text, lastDiversity } = kept;
  const rows = [...kept.rows];
  const table = await openTable(path, tableHeader(columns) + text);
  return {
    lastDiversity,
    digest: () => digestOf(columns, rows),
    append: async ({ iteration, means, diversity: measured, seconds }) => {
      const cells = new Map<string, number | undefined>([
        ['iteration', iteration],
        ...names.map((name) => [columnOf(name), means[name]] as const),
        [diversityColumn, measured === undefined ? undefined : Number(measured.toFixed(4))],
        ['seconds', Number(seconds.toFixed(3))],
      ]);
      const values = columns.map((column) => cells.get(column));
      await table.append(tableLine({ path, columns }, values, `iteration ${iteration}`));
      rows.push(values);
    },
    requireOwn: () => table.requireOwn(),
    close: () => table.close(),
  };
}

const hint = 'choose another folder with --out';

/** Returns the columns of a file and its first `count` rows, which must be one per `every` iterations. */
async function keptRows(
  path: string,
  names: readonly string[],
  { count, every }: { readonly count: number; readonly every: number },
): Promise<KeptLosses> {
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
  const values = kept.map((row) => row.values);
  return { columns, text, rows: values, lastDiversity: place < 0 ? undefined : kept.at(-1)?.values[place] };
}
