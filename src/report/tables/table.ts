// A table of the paper as rows of cells, with measured beside printed numbers.
import type { Spread } from '../../grids/outcomes.js';
import { spreadOf } from '../../grids/outcomes.js';
import { baselineOf, layouts, type Column } from './layout.js';
import type { Address, Metric, TableNumber } from './printed.js';
import { welchTest, type WelchTest } from './welch.js';

/** A run that is done: its seed and its error in percent. */
export interface MeasuredRun {
  readonly seed: number;
  readonly error: number;
}

/** One number of a table, before it has its place. */
export interface TableEntry extends Address {
  readonly metric: Metric;
  /** In percent, as the paper has it; absent where it has none for these settings. */
  readonly printed?: Spread;
  /** The config that makes it; absent where there is none. */
  readonly config?: string;
  /** Runs that are done, in the order of their seeds. */
  readonly runs: readonly MeasuredRun[];
  /** Seeds that a complete cell has. */
  readonly asked: number;
}

export interface TableCell extends TableEntry {
  /** Over the seeds; absent where no run is done. */
  readonly measured?: Spread;
  /** Measured less printed. */
  readonly difference?: number;
  /** Against the cell of cross entropy; absent where either has fewer than two runs. */
  readonly test?: WelchTest;
}

export interface TableRow {
  readonly labels: readonly string[];
  /** One a column; undefined where the paper has no number and nothing is planned. */
  readonly cells: readonly (TableCell | undefined)[];
}

/** All errors are in percent. */
export interface ReportTable {
  readonly table: TableNumber;
  readonly title: string;
  /** Titles of the columns that name a row. */
  readonly labels: readonly string[];
  readonly columns: readonly (Column & {
    /** Whether any of its cells can be compared with cross entropy. */
    readonly compared: boolean;
  })[];
  readonly rows: readonly TableRow[];
  /** What the numbers are and what is missing, a sentence or two each. */
  readonly notes: readonly string[];
}

export interface TableOptions {
  /** `0.5M` of a network; empty where it is not known. */
  readonly parameters: (network: string) => string;
  readonly notes: readonly string[];
  /** Only entries for which this holds are shown; comparisons use all. Default: all. */
  readonly shown?: (entry: TableEntry, index: number) => boolean;
}

const sameButMethod = (a: TableEntry, b: TableEntry): boolean =>
  a.network === b.network && a.dataset === b.dataset && a.augmentation === b.augmentation && a.metric === b.metric;

/** The entry of cross entropy that an entry is compared with. */
function comparedWith(entry: TableEntry, entries: readonly TableEntry[]): TableEntry | undefined {
  const alike = entries.filter((other) => sameButMethod(entry, other));
  const method = baselineOf(
    entry.method,
    alike.map((other) => other.method),
  );
  return alike.find((other) => other.method === method);
}

const errorsOf = ({ runs }: TableEntry): readonly number[] => runs.map(({ error }) => error);

function cellOf(entry: TableEntry, baseline: TableEntry | undefined): TableCell {
  const measured = spreadOf(errorsOf(entry));
  const { printed } = entry;
  const difference = measured && printed && measured.mean - printed.mean;
  return { ...entry, measured, difference, test: baseline && welchTest(errorsOf(entry), errorsOf(baseline)) };
}

/** Lays entries out as the paper does; rows and columns stand in the order in which they first occur. */
export function layTable(table: TableNumber, entries: readonly TableEntry[], options: TableOptions): ReportTable {
  const { title, labels, row, column } = layouts[table];
  const shown = entries.filter(options.shown ?? (() => true)).map((entry) => {
    const baseline = comparedWith(entry, entries);
    return {
      cell: cellOf(entry, baseline),
      labels: row(entry, options.parameters(entry.network)),
      column: column(entry, entry.metric),
      compared: baseline !== undefined,
    };
  });
  const keyOf = (value: unknown): string => JSON.stringify(value);
  const columns = [...new Map(shown.map((one) => [keyOf(one.column), one.column]))];
  const rows = [...new Map(shown.map((one) => [keyOf(one.labels), one.labels]))];
  const place = (rowKey: string, columnKey: string) =>
    shown.find((one) => keyOf(one.labels) === rowKey && keyOf(one.column) === columnKey)?.cell;
  return {
    table,
    title: `Table ${table}. ${title}`,
    labels,
    columns: columns.map(([key, value]) => ({
      ...value,
      compared: shown.some((one) => one.compared && keyOf(one.column) === key),
    })),
    rows: rows.map(([key, texts]) => ({ labels: texts, cells: columns.map(([at]) => place(key, at)) })),
    notes: options.notes,
  };
}
