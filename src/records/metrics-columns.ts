// Columns and rows of metrics.csv. The metrics are passed in by `training/metrics`.

/**
 * `place` and `schedule`: known without computing. `training`: means over the epoch's steps. `evaluation`: empty where
 * an epoch was not evaluated. `time`: differs from run to run.
 */
export type MetricKind = 'place' | 'schedule' | 'training' | 'evaluation' | 'time';

/** The properties of a metric for records. */
export interface MetricsColumn {
  /** Name in code: `testError`. */
  readonly name: string;
  /** Name in metrics.csv and for `--metric`: `test_error`, see `columnOf`. */
  readonly column: string;
  readonly kind: MetricKind;
  /** Suffix of the name in JSON files: `testErrorPercent`. */
  readonly unit?: '%';
  /** Whether some runs lack it. */
  readonly optional?: boolean;
  /** Whether summary.json has its mean over the last ten epochs. */
  readonly lastTenMean?: boolean;
}

/** Returns the known metrics: those with a fixed name, and others whose column or name is `present`. */
export type KnownColumns = (present: readonly string[]) => readonly MetricsColumn[];

/** Returns `test_error_top5` for `testErrorTop5`; a dot is kept. */
export const columnOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Returns the name in summary.json and in JSON output: `testErrorPercent` for `testError`. */
export const jsonKeyOf = ({ name, unit }: Pick<MetricsColumn, 'name' | 'unit'>): string =>
  unit === '%' ? `${name}Percent` : name;

/** One epoch: the values of its metrics by name. Errors are in percent; `seconds` is the time of the epoch. */
export interface MetricsRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** Completed training steps at the end of the epoch. */
  readonly iteration: number;
  /** Learning rate of the last step of the epoch. */
  readonly learningRate: number;
  readonly lambda: number;
  readonly trainLoss: number;
  readonly trainError: number;
  /** Absent, like all evaluation metrics, if the epoch was not evaluated. */
  readonly testLoss?: number;
  readonly testError?: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Metrics of some runs. */
  readonly [name: string]: number | undefined;
}

/** Number of last epochs whose mean test error the paper reports. */
export const lastEpochs = 10;

/** A row of an evaluated epoch. */
export type EvaluatedRow = MetricsRow & { readonly testLoss: number; readonly testError: number };

export const isEvaluated = (row: MetricsRow): row is EvaluatedRow => row.testError !== undefined;
