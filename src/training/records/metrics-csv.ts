// metrics.csv: one row an epoch, on disk before the run goes on, and read back with the place of every mistake.
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { cannot, systemCode, type IsdaError } from '../../common/errors.js';
import { readFailure, writeFailureWithSpace, writeFileAtomically } from '../../common/files.js';
import { allMetricsColumns, metricsFields, type MetricsColumn, type MetricsRow } from './metrics-columns.js';

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

interface ParsedRow {
  readonly text: string;
  readonly row: MetricsRow;
}

interface ParsedMetrics {
  readonly columns: readonly MetricsColumn[];
  readonly rows: readonly ParsedRow[];
}

const number = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** One line of the file. `String` prints the shortest digits that read back as the same float64. */
function formatRow(columns: readonly MetricsColumn[], row: MetricsRow, path: string): string {
  const cells = columns.map((column) => {
    const value = row[metricsFields[column]];
    if (value === undefined || !Number.isFinite(value))
      throw cannot(`write ${path}`, `${column} of epoch ${row.epoch} is ${value === undefined ? 'missing' : value}`);
    return String(value);
  });
  return stringify([cells]);
}

/** The text of a file split into rows; a last line without its end is one that a crash tore, and is left out. */
function parseMetrics(text: string, path: string): ParsedMetrics {
  const lines = text.split('\n');
  lines.pop();
  const fail = (reason: string, line: number, column: number, hint?: string): IsdaError =>
    cannot('read the metrics', reason, { place: `${path}:${line}:${column}`, hint });
  if (lines.length === 0) throw fail('the header is missing', 1, 1);
  const columns: MetricsColumn[] = [];
  let position = 1;
  for (const name of lines[0].replace(/\r$/, '').split(',')) {
    const known = allMetricsColumns.find((column) => column === name);
    if (known === undefined)
      throw fail(`unknown column "${name}"`, 1, position, `known: ${allMetricsColumns.join(', ')}`);
    if (columns.includes(known)) throw fail(`the column "${name}" occurs twice`, 1, position);
    columns.push(known);
    position += name.length + 1;
  }
  const missing = allMetricsColumns.find((column) => column !== 'test_error_top5' && !columns.includes(column));
  if (missing !== undefined) throw fail(`the column "${missing}" is missing`, 1, position);

  // The file holds plain numbers only, so commas always part cells and every position in a line is exact.
  const rows = lines.slice(1).map((line, index): ParsedRow => {
    const text = line.replace(/\r$/, '');
    const cells = text.split(',');
    if (cells.length !== columns.length)
      throw fail(`${cells.length} cells instead of ${columns.length}`, index + 2, text.length + 1);
    let at = 1;
    const entries = cells.map((cell, place) => {
      if (!number.test(cell)) throw fail(`"${cell}" in the column ${columns[place]} is not a number`, index + 2, at);
      at += cell.length + 1;
      return [metricsFields[columns[place]], Number(cell)];
    });
    return { text, row: Object.fromEntries(entries) as MetricsRow };
  });
  return { columns, rows };
}

async function readText(path: string, hint?: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw readFailure(path, error, hint);
  }
}

/**
 * All complete rows of a metrics.csv, in the file's order; it may belong to a run that is still going on.
 * Errors name file, line and column.
 */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  return parseMetrics(await readText(path), path).rows.map(({ row }) => row);
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

const hint = 'start over with --no-resume, or choose another folder with --out';

/** The rows with which a resumed run goes on: those of the epochs it has completed. */
async function keptRows(
  path: string,
  header: string,
  columns: readonly MetricsColumn[],
  last: number,
): Promise<readonly ParsedRow[]> {
  const text = await readText(path, hint).catch((error: unknown) => {
    if (last === 0 && error instanceof Error && systemCode(error.cause) === 'ENOENT') return '';
    throw error;
  });
  // A run that a crash stopped before its first row may have left less than a header.
  if (last === 0 && header.startsWith(text)) return [];
  const parsed = parseMetrics(text, path);
  if (parsed.columns.join() !== columns.join())
    throw cannot('resume', 'the columns of the metrics are not those of this experiment', { place: `${path}:1`, hint });
  const kept = parsed.rows.filter(({ row }) => row.epoch <= last);
  kept.forEach(({ row }, index) => {
    if (row.epoch !== index + 1)
      throw cannot('resume', `epoch ${index + 1} expected, not ${row.epoch}`, { place: `${path}:${index + 2}`, hint });
  });
  if (kept.length !== last)
    throw cannot('resume', `the checkpoint is after epoch ${last}, but the metrics end with epoch ${kept.length}`, {
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
  const header = stringify([[...columns]]);
  const kept = resumeAfterEpoch === undefined ? [] : await keptRows(path, header, columns, resumeAfterEpoch);
  const rows = kept.map(({ row }) => row);
  if (expectedDigest !== undefined && digestOf(columns, rows) !== expectedDigest) {
    const reason = 'the metrics were changed since the checkpoint was written, or are damaged';
    throw cannot('resume', reason, { place: `${path}:2`, hint });
  }
  await writeFileAtomically(path, header + kept.map(({ text }) => `${text}\n`).join(''));
  const handle = await open(path, 'a').catch(async (error: unknown) => {
    throw await writeFailureWithSpace(path, error);
  });
  const { ino } = await handle.stat();
  return {
    kept: [...rows],
    digest: () => digestOf(columns, rows),
    append: async (row) => {
      const line = formatRow(columns, row, path);
      // A file that was deleted takes rows as before, and nobody would ever see them.
      const there = await stat(path).catch(() => undefined);
      if (there?.ino !== ino) throw cannot(`write ${path}`, 'it was deleted or replaced while the run was going on');
      try {
        await handle.appendFile(line);
        await handle.sync();
        rows.push(row);
      } catch (error) {
        throw await writeFailureWithSpace(path, error);
      }
    },
    close: () => handle.close(),
  };
}
