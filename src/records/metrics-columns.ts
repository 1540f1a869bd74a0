// Columns and rows of metrics.csv. Which columns there are is handed in by `training/metrics`.

/**
 * `place` and `schedule`: known without computing. `training`: means over the epoch's steps. `evaluation`: empty where
 * an epoch was not evaluated. `time`: differs from run to run.
 */
export type MetricKind = 'place' | 'schedule' | 'training' | 'evaluation' | 'time';

/** What records must know of a metric. */
export interface MetricsColumn {
  /** In code: `testError`. */
  readonly name: string;
  /** In metrics.csv and for `--metric`: `test_error`, see `columnOf`. */
  readonly column: string;
  readonly kind: MetricKind;
  /** In JSON files it ends the name: `testErrorPercent`. */
  readonly unit?: '%';
  /** Whether some runs do not have it. */
  readonly optional?: boolean;
  /** Whether summary.json has its mean over the last ten epochs. */
  readonly lastTenMean?: boolean;
}

/** The metrics that there are: those with a fixed name and, of the others, those whose column or name is `present`. */
export type KnownColumns = (present: readonly string[]) => readonly MetricsColumn[];

/** `test_error_top5` for `testErrorTop5`; a dot stays. */
export const columnOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `testErrorPercent` for `testError`: the name in summary.json and in what `--json` prints. */
export const jsonKeyOf = ({ name, unit }: Pick<MetricsColumn, 'name' | 'unit'>): string =>
  unit === '%' ? `${name}Percent` : name;

/** One epoch: the values of its metrics by name. Errors are in percent; `seconds` is the time of the epoch. */
export interface MetricsRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** Training steps done at the end of the epoch. */
  readonly iteration: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly lambda: number;
  readonly trainLoss: number;
  readonly trainError: number;
  /** Absent, as everything that is evaluated, where the epoch was not evaluated. */
  readonly testLoss?: number;
  readonly testError?: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** What some runs measure besides. */
  readonly [name: string]: number | undefined;
}

/** The last epochs of a run, whose mean test error is what the paper reports. */
export const lastEpochs = 10;

/** A row of an epoch after which the run was evaluated. */
export type EvaluatedRow = MetricsRow & { readonly testLoss: number; readonly testError: number };

export const isEvaluated = (row: MetricsRow): row is EvaluatedRow => row.testError !== undefined;
