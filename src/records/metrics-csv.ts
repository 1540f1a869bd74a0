// metrics.csv: one row an epoch, on disk before the run goes on, and read back with the place of every mistake.
import { createHash } from 'node:crypto';
import { cannot } from '../common/errors.js';
import {
  allMetricsColumns,
  evaluationColumns,
  metricsFields,
  type MetricsColumn,
  type MetricsRow,
} from './metrics-columns.js';
import {
  openTable,
  parseTable,
  readTable,
  readTableOr,
  tableHeader,
  tableLine,
  type NumberTable,
} from './number-table.js';

export interface MetricsFile {
  /** The rows that a resumed run goes on from. */
  readonly kept: readonly MetricsRow[];
  /** Appends one row and returns once it is on disk. Errors: also that the file was deleted or replaced meanwhile. */
  append(row: MetricsRow): Promise<void>;
  /** SHA-256 (hex) of all rows so far without their times, which differ from run to run. */
  digest(): string;
  close(): Promise<void>;
}

export interface OpenMetricsOptions {
  readonly columns: readonly MetricsColumn[];
  /** The last epoch that a resumed run has completed; rows after it are cut off. Without it the file starts anew. */
  readonly resumeAfterEpoch?: number;
  /** What `digest` was when the run's checkpoint was made; absent where that is not known. */
  readonly expectedDigest?: string | undefined;
}

const shape = {
  what: 'metrics',
  columns: allMetricsColumns,
  optional: ['test_error_top5'],
  emptyTogether: evaluationColumns,
};

/** The rows as objects; the table's columns are known ones. */
function rowsOf({ columns, rows }: NumberTable): MetricsRow[] {
  const fields = columns.map((column) => metricsFields[column as MetricsColumn]);
  return rows.map(({ values }) => {
    const entries = fields.map((field, i): [string, unknown] => [field, values[i]]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as MetricsRow;
  });
}

/**
 * All complete rows of a metrics.csv, in the file's order; it may belong to a run that is still going on.
 * Errors name file, line and column.
 */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  return rowsOf(parseTable(await readTable(path), path, shape));
}

/** Columns that are not the same each time. */
const timeColumns: readonly MetricsColumn[] = ['seconds', 'images_per_second'];

function digestOf(columns: readonly MetricsColumn[], rows: readonly MetricsRow[]): string {
  const lasting = columns.filter((column) => !timeColumns.includes(column));
  const values = rows.map((row) => lasting.map((column) => row[metricsFields[column]]));
  return createHash('sha256')
    .update(JSON.stringify([lasting, values]))
    .digest('hex');
}

/**
 * SHA-256 (hex) of the rows of one run without their times: what `MetricsFile.digest` gives once they are written. Rows
 * that differ in what they hold give a digest of no file.
 */
export function metricsDigest(rows: readonly MetricsRow[]): string {
  return digestOf(
    allMetricsColumns.filter((column) => rows.some((row) => row[metricsFields[column]] !== undefined)),
    rows,
  );
}

const hint = 'start over with --no-resume, or choose another folder with --out';

interface MetricsLine {
  readonly text: string;
  readonly row: MetricsRow;
}

/** The lines with which a resumed run goes on: those of the epochs it has completed. */
async function keptLines(
  path: string,
  header: string,
  columns: readonly MetricsColumn[],
  last: number,
): Promise<readonly MetricsLine[]> {
  const text = await (last === 0 ? readTableOr(header, path, hint) : readTable(path, hint));
  // A run that a crash stopped before its first row may have left less than a header.
  if (last === 0 && header.startsWith(text)) return [];
  const parsed = parseTable(text, path, shape);
  if (parsed.columns.join() !== columns.join())
    throw cannot('resume', 'the columns of the metrics are not those of this experiment', {
      code: 'metrics/damaged',
      place: `${path}:1`,
      hint,
    });
  const lines = rowsOf(parsed).map((row, index) => ({ row, text: parsed.rows[index].text }));
  const kept = lines.filter(({ row }) => row.epoch <= last);
  kept.forEach(({ row }, index) => {
    if (row.epoch !== index + 1)
      throw cannot('resume', `epoch ${index + 1} expected, not ${row.epoch}`, {
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
  return kept;
}

/**
 * Opens a run's metrics for writing. A resumed run's file is checked, and what comes after the checkpoint is cut off,
 * so that in the end it equals that of a run without interruption, times aside. Append an epoch's row before its
 * checkpoint is saved: a row too many is cut off, a missing one is an error.
 * Errors: `cannot write X`, `cannot resume`, and mistakes in the file by line and column.
 */
export async function openMetrics(path: string, options: OpenMetricsOptions): Promise<MetricsFile> {
  const { columns, resumeAfterEpoch, expectedDigest } = options;
  const header = tableHeader(columns);
  const kept = resumeAfterEpoch === undefined ? [] : await keptLines(path, header, columns, resumeAfterEpoch);
  const rows = kept.map(({ row }) => row);
  if (expectedDigest !== undefined && digestOf(columns, rows) !== expectedDigest) {
    const reason = 'the metrics were changed since the checkpoint was written, or are damaged';
    throw cannot('resume', reason, { code: 'metrics/damaged', place: `${path}:2`, hint });
  }
  const table = await openTable(path, header + kept.map(({ text }) => `${text}\n`).join(''));
  return {
    kept: [...rows],
    digest: () => digestOf(columns, rows),
    append: async (row) => {
      const values = columns.map((column) => row[metricsFields[column]]);
      await table.append(tableLine(columns, values, path, `epoch ${row.epoch}`, evaluationColumns));
      rows.push(row);
    },
    close: () => table.close(),
  };
}
