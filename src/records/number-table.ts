// A CSV file of plain numbers and empty cells that grows row by row, each on disk before the call returns.
import { open, readFile, stat } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { cannot, systemCode, type IsdaError } from '../common/errors.js';
import { readFailure, writeFailureWithSpace, writeFileAtomically } from '../common/files.js';

interface NumberRow {
  /** The line in the file, without its line break. */
  readonly text: string;
  /** Undefined for an empty cell. */
  readonly values: readonly (number | undefined)[];
}

export interface NumberTable {
  readonly columns: readonly string[];
  readonly rows: readonly NumberRow[];
}

/**
 * What a table is called in messages, and its columns: all, those that it may lack, and those that are empty together.
 */
export interface TableShape {
  readonly what: string;
  readonly columns: readonly string[];
  readonly optional?: readonly string[];
  readonly emptyTogether?: readonly string[];
}

const number = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

export const tableHeader = (columns: readonly string[]): string => stringify([[...columns]]);

/** Whether the cells of a row that may be empty together are empty; `empty` tells it of the cell at an index. */
function areAllEmpty(
  columns: readonly string[],
  emptyTogether: readonly string[],
  empty: (place: number) => boolean,
): boolean {
  const places = [...columns.keys()].filter((place) => emptyTogether.includes(columns[place]));
  return places.length > 0 && places.every(empty);
}

/** A table open for writing. */
interface WrittenTable {
  readonly path: string;
  readonly columns: readonly string[];
  /** Columns of which either all or no cells of a row are empty. Default: none. */
  readonly emptyTogether?: readonly string[];
}

/**
 * One line of a table, one value per column. `String` prints the shortest digits that read back as the same float64.
 * `row` names it for the error: a value is not finite, or missing where not all of `emptyTogether` are.
 */
export function tableLine(
  { path, columns, emptyTogether = [] }: WrittenTable,
  values: readonly (number | undefined)[],
  row: string,
): string {
  const allEmpty = areAllEmpty(columns, emptyTogether, (place) => values[place] === undefined);
  const cells = columns.map((column, index) => {
    if (allEmpty && emptyTogether.includes(column)) return '';
    const value = values[index];
    if (value === undefined || !Number.isFinite(value))
      throw cannot(`write ${path}`, `${column} of ${row} is ${value === undefined ? 'missing' : value}`, {
        code: 'internal',
      });
    return String(value);
  });
  return stringify([cells]);
}

/** Splits the text of a file into rows; a last line without line break was torn by a crash and is dropped. */
export function parseTable(file: string, path: string, shape: TableShape): NumberTable {
  const lines = file.split('\n');
  lines.pop();
  const fail = (reason: string, line: number, column: number, hint?: string): IsdaError =>
    cannot(`read the ${shape.what}`, reason, { code: 'metrics/damaged', place: `${path}:${line}:${column}`, hint });
  if (lines.length === 0) throw fail('the header is missing', 1, 1);
  const columns: string[] = [];
  let position = 1;
  for (const name of lines[0].replace(/\r$/, '').split(',')) {
    if (!shape.columns.includes(name))
      throw fail(`unknown column "${name}"`, 1, position, `known: ${shape.columns.join(', ')}`);
    if (columns.includes(name)) throw fail(`the column "${name}" occurs twice`, 1, position);
    columns.push(name);
    position += name.length + 1;
  }
  const required = shape.columns.filter((column) => shape.optional?.includes(column) !== true);
  const missing = required.find((column) => !columns.includes(column));
  if (missing !== undefined) throw fail(`the column "${missing}" is missing`, 1, position);

  const emptyTogether = shape.emptyTogether ?? [];
  // The file holds plain numbers and empty cells only, so commas always part cells and every position in a line is
  // exact.
  const rows = lines.slice(1).map((line, index): NumberRow => {
    const text = line.replace(/\r$/, '');
    const cells = text.split(',');
    if (cells.length !== columns.length)
      throw fail(`${cells.length} cells instead of ${columns.length}`, index + 2, text.length + 1);
    const allEmpty = areAllEmpty(columns, emptyTogether, (place) => cells[place] === '');
    let at = 1;
    const values = cells.map((cell, place) => {
      if (allEmpty && emptyTogether.includes(columns[place])) {
        at += 1;
        return undefined;
      }
      if (!number.test(cell)) throw fail(`"${cell}" in the column ${columns[place]} is not a number`, index + 2, at);
      at += cell.length + 1;
      return Number(cell);
    });
    return { text, values };
  });
  return { columns, rows };
}

/** Reads a whole file. Errors: `cannot read X: reason`. */
export async function readTable(path: string, hint?: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw readFailure(path, error, hint);
  }
}

/** As `readTable`, but a missing file is read as `header` alone. */
export async function readTableOr(header: string, path: string, hint?: string): Promise<string> {
  return readTable(path, hint).catch((error: unknown) => {
    if (error instanceof Error && systemCode(error.cause) === 'ENOENT') return header;
    throw error;
  });
}

interface GrowingTable {
  /** Appends a line and returns once it is on disk. Errors: the file was deleted or replaced, or cannot be written. */
  append(line: string): Promise<void>;
  /** Errors: the file was deleted or replaced, such as by another process that has used the folder since. */
  requireOwn(): Promise<void>;
  close(): Promise<void>;
}

/** Replaces the content of a file by `text` and opens it for further lines. */
export async function openTable(path: string, text: string): Promise<GrowingTable> {
  await writeFileAtomically(path, text);
  const handle = await open(path, 'a').catch(async (error: unknown) => {
    throw await writeFailureWithSpace(path, error);
  });
  const { ino } = await handle.stat();
  const requireOwn = async (): Promise<void> => {
    const there = await stat(path).catch(() => undefined);
    if (there?.ino !== ino)
      throw cannot(`write ${path}`, 'it was deleted or replaced during the run', {
        code: 'metrics/replaced',
      });
  };
  return {
    requireOwn,
    append: async (line) => {
      // Rows written to a deleted file would succeed and be lost.
      await requireOwn();
      try {
        await handle.appendFile(line);
        await handle.sync();
      } catch (error) {
        throw await writeFailureWithSpace(path, error);
      }
    },
    close: () => handle.close(),
  };
}
