// metrics.csv: one row per epoch, on disk before the next epoch starts; errors on reading have line and column.
import { createHash } from 'node:crypto';
import { cannot } from '../common/errors.js';
import type { KnownColumns, MetricsColumn, MetricsRow } from './metrics-columns.js';
import {
  openTable,
  parseTable,
  readTable,
  readTableOr,
  tableHeader,
  tableLine,
  type NumberTable,
  type TableShape,
} from './number-table.js';

interface MetricsFile {
  /** The rows before the checkpoint that a run resumes from. */
  readonly kept: readonly MetricsRow[];
  /** Appends one row and returns once it is on disk. Errors: the file was deleted or replaced, or cannot be written. */
  append(row: MetricsRow): Promise<void>;
  /** SHA-256 (hex) of all rows so far without their times, which differ from run to run. */
  digest(): string;
  /** Errors: the file was deleted or replaced. */
  requireOwn(): Promise<void>;
  close(): Promise<void>;
}

interface KeptMetricsOptions {
  /** Metrics of the run. A resumed file keeps its columns if they lack only optional ones. */
  readonly columns: readonly MetricsColumn[];
  /** Last completed epoch of a resumed run; later rows are removed. Without it the file is replaced. */
  readonly resumeAfterEpoch?: number;
  /** The `digest` at the time of the run's checkpoint; absent if unknown. */
  readonly expectedDigest?: string | undefined;
}

const namesOf = (columns: readonly MetricsColumn[]): string[] => columns.map(({ column }) => column);
const evaluated = (columns: readonly MetricsColumn[]): string[] =>
  namesOf(columns.filter(({ kind }) => kind === 'evaluation'));

const shapeOf = (columns: readonly MetricsColumn[]): TableShape => ({
  what: 'metrics',
  columns: namesOf(columns),
  optional: namesOf(columns.filter(({ optional }) => optional)),
  emptyTogether: evaluated(columns),
});

const headerOf = (text: string): string[] => text.split('\n', 1)[0].replace(/\r$/, '').split(',');

/** Converts the rows of a table to objects. Errors: a mistake in the file, by line and column. */
function parseRows(
  text: string,
  path: string,
  known: readonly MetricsColumn[],
): { rows: MetricsRow[]; table: NumberTable } {
  const table = parseTable(text, path, shapeOf(known));
  const nameOf = new Map(known.map(({ column, name }) => [column, name]));
  const names = table.columns.map((column) => nameOf.get(column)!);
  const rows = table.rows.map(({ values }) => {
    const entries = names.map((name, index): [string, unknown] => [name, values[index]]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as MetricsRow;
  });
  return { rows, table };
}

/**
 * All complete rows of a metrics.csv, in the file's order; it may belong to a run that is still running.
 * Errors name file, line and column.
 */
export async function readMetrics(path: string, known: KnownColumns): Promise<MetricsRow[]> {
  const text = await readTable(path);
  return parseRows(text, path, known(headerOf(text))).rows;
}

function digestOf(columns: readonly MetricsColumn[], rows: readonly MetricsRow[]): string {
  const lasting = columns.filter(({ kind }) => kind !== 'time');
  const values = rows.map((row) => lasting.map(({ name }) => row[name]));
  return createHash('sha256')
    .update(JSON.stringify([namesOf(lasting), values]))
    .digest('hex');
}

/** Returns the metrics in the rows of a run. */
export function columnsIn(rows: readonly MetricsRow[], known: KnownColumns): readonly MetricsColumn[] {
  const present = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return known(present).filter(({ name }) => rows.some((row) => row[name] !== undefined));
}

/**
 * SHA-256 (hex) of the rows of one run without their times: what `MetricsFile.digest` gives once they are written. Rows
 * that differ in what they hold give a digest of no file.
 */
export const metricsDigest = (rows: readonly MetricsRow[], known: KnownColumns): string =>
  digestOf(columnsIn(rows, known), rows);

const hint = 'choose another folder with --out';

interface MetricsLine {
  readonly text: string;
  readonly row: MetricsRow;
}

/** The first content of a run's file: nothing, or the completed epochs of a resumed run. */
export interface KeptMetrics {
  /** Columns of the file, which may be from a version with fewer metrics. */
  readonly columns: readonly MetricsColumn[];
  readonly lines: readonly MetricsLine[];
}

/** Returns the columns of a file. Errors: a required column is missing, or the columns are those of another run. */
function fileColumns(text: string, path: string, columns: readonly MetricsColumn[]): readonly MetricsColumn[] {
  const there = headerOf(text);
  const own = columns.filter(({ column, optional }) => optional !== true || there.includes(column));
  if (namesOf(own).join() === there.join()) return own;
  throw cannot('resume', 'the columns of the metrics differ from those of this experiment', {
    code: 'metrics/damaged',
    place: `${path}:1`,
    hint,
  });
}

/** Returns the rows that are kept. */
export const rowsOf = ({ lines }: KeptMetrics): MetricsRow[] => lines.map(({ row }) => row);

/** Returns what a resumed run keeps: the lines of its completed epochs. */
async function keptTable(path: string, columns: readonly MetricsColumn[], last: number): Promise<KeptMetrics> {
  const header = tableHeader(namesOf(columns));
  const text = await (last === 0 ? readTableOr(header, path, hint) : readTable(path, hint));
  // A run that crashed before its first row may have left an incomplete header.
  if (last === 0 && header.startsWith(text)) return { columns, lines: [] };
  const own = fileColumns(text, path, columns);
  const { rows, table } = parseRows(text, path, own);
  const lines = rows.map((row, index) => ({ row, text: table.rows[index].text }));
  const kept = lines.filter(({ row }) => row.epoch <= last);
  kept.forEach(({ row }, index) => {
    if (row.epoch !== index + 1)
      throw cannot('resume', `expected epoch ${index + 1}, got ${row.epoch}`, {
        code: 'metrics/damaged',
        place: `${path}:${index + 2}`,
        hint,
      });
  });
  if (kept.length !== last)
    throw cannot('resume', `the checkpoint is after epoch ${last}, but the metrics end with epoch ${kept.length}`, {
      code: 'metrics/damaged',
      place: `${path}:${kept.length + 1}`,
      hint,
    });
  return { columns: own, lines: kept };
}

/**
 * What of a run's file is kept; writes nothing. Errors: `cannot resume`, and mistakes in the file by line and column.
 */
export async function keptMetrics(path: string, options: KeptMetricsOptions): Promise<KeptMetrics> {
  const { resumeAfterEpoch, expectedDigest } = options;
  const kept =
    resumeAfterEpoch === undefined
      ? { columns: options.columns, lines: [] }
      : await keptTable(path, options.columns, resumeAfterEpoch);
  if (expectedDigest !== undefined && digestOf(kept.columns, rowsOf(kept)) !== expectedDigest) {
    const reason = 'the metrics were changed since the checkpoint was written, or are damaged';
    throw cannot('resume', reason, { code: 'metrics/damaged', place: `${path}:2`, hint });
  }
  return kept;
}

/**
 * Opens a run's metrics for writing. Of a resumed run's file what comes after the checkpoint is cut off, so that in the
 * end it equals that of a run without interruption, times aside. Append an epoch's row before its checkpoint is saved:
 * a row too many is cut off, a missing one is an error. Errors: `cannot write X`.
 */
export async function openMetrics(path: string, kept: KeptMetrics): Promise<MetricsFile> {
  const { columns, lines } = kept;
  const rows = rowsOf(kept);
  const names = namesOf(columns);
  const table = await openTable(path, tableHeader(names) + lines.map(({ text }) => `${text}\n`).join(''));
  return {
    kept: [...rows],
    digest: () => digestOf(columns, rows),
    append: async (row) => {
      const values = columns.map(({ name }) => row[name]);
      await table.append(
        tableLine({ path, columns: names, emptyTogether: evaluated(columns) }, values, `epoch ${row.epoch}`),
      );
      rows.push(row);
    },
    requireOwn: () => table.requireOwn(),
    close: () => table.close(),
  };
}
