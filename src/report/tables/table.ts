// A table of the paper as rows of cells, with measured beside printed numbers.
import { compareRows, type Comparison } from '../../common/statistics/compare.js';
import { meanInterval, spreadOf, type Interval, type SeedValue, type Spread } from '../../common/statistics/samples.js';
import { baselineOf, layouts, type Column } from './layout.js';
import type { Address, Metric, TableNumber } from './printed.js';

/** A run that is done: its seed and its error in percent. */
interface MeasuredRun {
  readonly seed: number;
  readonly error: number;
  /** The number of epochs over which the error is averaged: ten, or all of a shorter run. */
  readonly averagedEpochs: number;
}

/** One number of a table, before layout. */
export interface TableEntry extends Address {
  readonly metric: Metric;
  /** The paper's number in percent; absent if it has none for these settings. */
  readonly printed?: Spread;
  /** The config that makes it; absent if there is none. */
  readonly config?: string;
  /** Runs that are done, sorted by seed. */
  readonly runs: readonly MeasuredRun[];
  /** The number of seeds of a complete cell. */
  readonly asked: number;
  /** Description of the images of its runs if they are unusual: not the official CIFAR-10. */
  readonly origin?: string;
  /** Equal for numbers that may be compared with each other; absent if no run is done. */
  readonly originKey?: string;
  /** `5000 held-out training images`: the images of the evaluation if they are not all test images. */
  readonly measuredOn?: string;
  /**
   * Equal for numbers on the same part of the data; only these are compared with each other. Absent without a config.
   */
  readonly dataKey?: string;
}

export interface TableCell extends TableEntry {
  /** Over the seeds; absent if no run is done. */
  readonly measured?: Spread;
  /** The 95 % interval of the mean over the seeds; absent for fewer than two runs. */
  readonly interval?: Interval;
  /** Measured minus printed. */
  readonly difference?: number;
  /** With the cell of cross entropy, if there is one; the family of Holm's correction is the whole table. */
  readonly comparison?: Comparison;
}

/** The texts of a number, in this order. */
const cellKinds = ['measured', 'interval', 'printed', 'diff', 'n', 'paired', 'p', 'holm'] as const;
export type CellKind = (typeof cellKinds)[number];

interface TableRow {
  readonly labels: readonly string[];
  /** One per column; undefined if the paper has no number and no run is planned. */
  readonly cells: readonly (TableCell | undefined)[];
}

/** A table with its texts; all errors are in percent. */
export interface ReportTable {
  readonly table: TableNumber;
  readonly title: string;
  /** Titles of the columns that name a row. */
  readonly labels: readonly string[];
  readonly columns: readonly (Column & {
    /** The kinds that some of its cells have, in the order of `cellKinds`; always `measured` and `n`. */
    readonly kinds: readonly CellKind[];
  })[];
  readonly rows: readonly TableRow[];
  /** What the numbers are and what is missing, one or two sentences per note. */
  readonly notes: readonly string[];
}

interface TableOptions {
  /** The number of parameters of a network, such as `0.5M`; empty if unknown. */
  readonly parameters: (network: string) => string;
  readonly notes: readonly string[];
  /** Only entries for which this returns true are shown; comparisons use all. Default: all. */
  readonly shown?: (entry: TableEntry, index: number) => boolean;
}

const sameButMethod = (a: TableEntry, b: TableEntry): boolean =>
  a.network === b.network &&
  a.dataset === b.dataset &&
  a.dataKey === b.dataKey &&
  a.augmentation === b.augmentation &&
  a.metric === b.metric;

/** The entry of cross entropy that an entry is compared with. */
function comparedWith(entry: TableEntry, entries: readonly TableEntry[]): TableEntry | undefined {
  const alike = entries.filter((other) => sameButMethod(entry, other));
  const method = baselineOf(
    entry.method,
    alike.map((other) => other.method),
  );
  return alike.find((other) => other.method === method);
}

const valuesOf = ({ runs }: TableEntry): readonly SeedValue[] =>
  runs.map(({ seed, error }) => ({ seed, value: error }));

function cellOf(entry: TableEntry, comparison: Comparison | undefined): TableCell {
  const errors = entry.runs.map(({ error }) => error);
  const measured = spreadOf(errors);
  const { printed, origin, measuredOn } = entry;
  // On other images the task is another than that of the printed number.
  const sameImages = origin === undefined && measuredOn === undefined;
  const difference = sameImages ? measured && printed && measured.mean - printed.mean : undefined;
  return { ...entry, measured, interval: meanInterval(errors), difference, comparison };
}

/** Whether a cell has a text of a kind. */
function has({ measured, printed, difference, comparison }: TableCell, kind: CellKind): boolean {
  switch (kind) {
    case 'measured':
    case 'n':
      return true;
    case 'interval':
      return measured !== undefined;
    case 'printed':
      return printed !== undefined;
    case 'diff':
      return difference !== undefined;
    case 'paired':
      return comparison?.paired !== undefined;
    case 'p':
    case 'holm':
      return comparison?.welch !== undefined;
  }
}

/** Arranges entries as the paper does; rows and columns are in the order of their first occurrence. */
export function layTable(table: TableNumber, entries: readonly TableEntry[], options: TableOptions): ReportTable {
  const { title, labels, row, column } = layouts[table];
  // The family includes entries that are not shown, so that the choice of what is shown changes no number.
  const comparisons = compareRows(
    entries.map((entry) => {
      const found = comparedWith(entry, entries);
      const baseline = found?.originKey === entry.originKey ? found : undefined;
      return { values: valuesOf(entry), baseline: baseline && valuesOf(baseline) };
    }),
  );
  const cells = entries.map((entry, index) => cellOf(entry, comparisons[index]));
  const shown = cells.filter(options.shown ?? (() => true)).map((cell) => ({
    cell,
    labels: row(cell, options.parameters(cell.network)),
    column: column(cell, cell.metric),
  }));
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
      kinds: cellKinds.filter((kind) => shown.some((one) => keyOf(one.column) === key && has(one.cell, kind))),
    })),
    rows: rows.map(([key, texts]) => ({ labels: texts, cells: columns.map(([at]) => place(key, at)) })),
    notes: options.notes,
  };
}
