// metrics.csv: one row an epoch, on disk before the run goes on, and read back with the place of every mistake.
import { cannot } from '../../common/errors.js';
import { allMetricsColumns, metricsFields, type MetricsColumn, type MetricsRow } from './metrics-columns.js';
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
  /** Appends one row and returns once it is on disk. */
  append(row: MetricsRow): Promise<void>;
  close(): Promise<void>;
}

export interface OpenMetricsOptions {
  readonly columns: readonly MetricsColumn[];
  /** The last epoch that a resumed run has completed; rows after it are cut off. Without it the file starts anew. */
  readonly resumeAfterEpoch?: number;
}

const shape = { what: 'metrics', columns: allMetricsColumns, optional: ['test_error_top5'] };

/** The rows as objects; the table's columns are known ones. */
function rowsOf({ columns, rows }: NumberTable): MetricsRow[] {
  const fields = columns.map((column) => metricsFields[column as MetricsColumn]);
  return rows.map(({ values }) => {
    const entries = fields.map((field, i): [string, unknown] => [field, values[i]]);
    return Object.fromEntries(entries) as unknown as MetricsRow;
  });
}

/**
 * All complete rows of a metrics.csv, in the file's order; it may belong to a run that is still going on.
 * Errors name file, line and column.
 */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  return rowsOf(parseTable(await readTable(path), path, shape));
}

/** The text with which a resumed run goes on: the header and the rows of the epochs it has completed. */
async function keptText(
  path: string,
  header: string,
  columns: readonly MetricsColumn[],
  last: number,
): Promise<string> {
  const hint = 'start over with --no-resume, or choose another folder with --out';
  const text = await (last === 0 ? readTableOr(header, path, hint) : readTable(path, hint));
  // A run that a crash stopped before its first row may have left less than a header.
  if (last === 0 && header.startsWith(text)) return header;
  const parsed = parseTable(text, path, shape);
  if (parsed.columns.join() !== columns.join())
    throw cannot('resume', 'the columns of the metrics are not those of this experiment', { place: `${path}:1`, hint });
  const epochs = rowsOf(parsed).map(({ epoch }) => epoch);
  const kept = parsed.rows.filter((_, index) => epochs[index] <= last);
  epochs
    .filter((epoch) => epoch <= last)
    .forEach((epoch, index) => {
      if (epoch === index + 1) return;
      throw cannot('resume', `epoch ${index + 1} expected, not ${epoch}`, { place: `${path}:${index + 2}`, hint });
    });
  if (kept.length !== last)
    throw cannot('resume', `the checkpoint is after epoch ${last}, but the metrics end with epoch ${kept.length}`, {
      place: `${path}:${kept.length + 1}`,
      hint,
    });
  return header + kept.map((row) => `${row.text}\n`).join('');
}

/**
 * Opens a run's metrics for writing. A resumed run's file is checked, and what comes after the checkpoint is cut off,
 * so that in the end it equals that of a run without interruption, times aside. Append an epoch's row before its
 * checkpoint is saved: a row too many is cut off, a missing one is an error.
 * Errors: `cannot write X`, `cannot resume`, and mistakes in the file by line and column.
 */
export async function openMetrics(path: string, options: OpenMetricsOptions): Promise<MetricsFile> {
  const { columns, resumeAfterEpoch } = options;
  const header = tableHeader(columns);
  const text = resumeAfterEpoch === undefined ? header : await keptText(path, header, columns, resumeAfterEpoch);
  const table = await openTable(path, text);
  return {
    append: async (row) => {
      const values = columns.map((column) => row[metricsFields[column]]);
      await table.append(tableLine(columns, values, path, `epoch ${row.epoch}`));
    },
    close: () => table.close(),
  };
}
