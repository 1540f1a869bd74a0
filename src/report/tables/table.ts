// A table of the paper as rows of cells, with measured beside printed numbers.
import { compareRows, type Comparison } from '../../common/statistics/compare.js';
import { meanInterval, spreadOf, type Interval, type SeedValue, type Spread } from '../../common/statistics/samples.js';
import { baselineOf, layouts, type Column } from './layout.js';
import type { Address, Metric, TableNumber } from './printed.js';

/** A run that is done: its seed and its error in percent. */
interface MeasuredRun {
  readonly seed: number;
  readonly error: number;
  /** Epochs that the error is the mean of: ten, or all of a shorter run. */
  readonly averagedEpochs: number;
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
  /** Unusual images of its runs, in words: not the official CIFAR-10. */
  readonly origin?: string;
  /** Equal for numbers that may be compared with each other; absent where no run is done. */
  readonly originKey?: string;
  /** `5000 held-out training images`: what errors are measured on where these are not all test images. */
  readonly measuredOn?: string;
  /**
   * Equal for numbers on the same part of the data, which alone are compared with each other; absent without a config.
   */
  readonly dataKey?: string;
}

export interface TableCell extends TableEntry {
  /** Over the seeds; absent where no run is done. */
  readonly measured?: Spread;
  /** 95 % of the mean over the seeds; absent of fewer than two runs. */
  readonly interval?: Interval;
  /** Measured less printed. */
  readonly difference?: number;
  /** With the cell of cross entropy; the family of Holm's correction is the whole table. Absent where there is none. */
  readonly comparison?: Comparison;
}

/** What is said of a number, in this order. */
const cellKinds = ['measured', 'interval', 'printed', 'diff', 'n', 'paired', 'p', 'holm'] as const;
export type CellKind = (typeof cellKinds)[number];

interface TableRow {
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
    /** What some of its cells have, in the order of `cellKinds`; `measured` and `n` always. */
    readonly kinds: readonly CellKind[];
  })[];
  readonly rows: readonly TableRow[];
  /** What the numbers are and what is missing, a sentence or two each. */
  readonly notes: readonly string[];
}

interface TableOptions {
  /** `0.5M` of a network; empty where it is not known. */
  readonly parameters: (network: string) => string;
  readonly notes: readonly string[];
  /** Only entries for which this holds are shown; comparisons use all. Default: all. */
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
  // On other images the printed number is of another task.
  const sameImages = origin === undefined && measuredOn === undefined;
  const difference = sameImages ? measured && printed && measured.mean - printed.mean : undefined;
  return { ...entry, measured, interval: meanInterval(errors), difference, comparison };
}

/** Whether a cell has something of a kind to say. */
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

/** Lays entries out as the paper does; rows and columns stand in the order in which they first occur. */
export function layTable(table: TableNumber, entries: readonly TableEntry[], options: TableOptions): ReportTable {
  const { title, labels, row, column } = layouts[table];
  // All entries are the family, also those that are not shown: choosing what is shown changes no number.
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
