// The columns of metrics.csv and one row of them.

/** Column names in the file's order, with the field of `MetricsRow` that each holds. */
export const metricsFields = {
  epoch: 'epoch',
  iteration: 'iteration',
  learning_rate: 'learningRate',
  lambda: 'lambda',
  train_loss: 'trainLoss',
  train_error: 'trainError',
  test_loss: 'testLoss',
  test_error: 'testError',
  test_error_top5: 'testErrorTop5',
  seconds: 'seconds',
  images_per_second: 'imagesPerSecond',
} as const;

export type MetricsColumn = keyof typeof metricsFields;

/** One epoch. Errors are in percent; `seconds` is the time of the epoch. */
export interface MetricsRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** Training steps done at the end of the epoch. */
  readonly iteration: number;
  readonly learningRate: number;
  readonly lambda: number;
  readonly trainLoss: number;
  readonly trainError: number;
  /** Absent, as the test errors are, where the epoch was not evaluated. */
  readonly testLoss?: number;
  readonly testError?: number;
  /** Where there are more than 10 classes. */
  readonly testErrorTop5?: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** The last epochs of a run, whose mean test error is what the paper reports. */
export const lastEpochs = 10;

/** A row of an epoch after which the run was evaluated. */
export type EvaluatedRow = MetricsRow & Required<Pick<MetricsRow, 'testLoss' | 'testError'>>;

export const isEvaluated = (row: MetricsRow): row is EvaluatedRow => row.testError !== undefined;

/** The columns of an evaluation, which are empty in the rows of other epochs. */
export const evaluationColumns: readonly MetricsColumn[] = ['test_loss', 'test_error', 'test_error_top5'];

/** Every column there is. */
export const allMetricsColumns = Object.keys(metricsFields) as readonly MetricsColumn[];

/** The columns of a run on a data set with so many classes. */
export function metricsColumns(classes: number): readonly MetricsColumn[] {
  return classes > 10 ? allMetricsColumns : allMetricsColumns.filter((column) => column !== 'test_error_top5');
}
