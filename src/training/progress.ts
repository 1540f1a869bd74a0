// Interface of the progress reports of a run, and the line of an epoch.
import { fitLine } from '../common/fit-line.js';
import { formatDuration } from '../common/format.js';
import type { MetricsRow } from '../records/metrics-columns.js';

/** The size of a run. */
export interface RunLength {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  /** Batches done by an earlier process, over all epochs. */
  readonly batchesBefore?: number;
}

export interface BatchProgress {
  /** Counted from 1. */
  readonly epoch: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Running means of the epoch. */
  readonly loss: number;
  readonly errorPercent: number;
  readonly imagesPerSecond: number;
}

export interface Progress {
  batch(state: BatchProgress): void;
  /** Ends the epoch's bar and prints its line. */
  epoch(row: MetricsRow): void;
  /** Prints a line without tearing the bar. */
  note(line: string): void;
  /** Gives the terminal back; call it however the run ends. */
  stop(): void;
}

/** A loss, for a line. */
export function formatLoss(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}

/** The line of a completed epoch, cut to `width` columns. `eta`: seconds to the end of the run, if known. */
export function epochLine(row: MetricsRow, epochs: number, eta: number | undefined, width: number): string {
  const { testError, testLoss, testErrorTop5: top5 } = row;
  return fitLine(
    [
      [1, `epoch ${row.epoch}/${epochs}`],
      [3, `train ${row.trainError.toFixed(2)}%`],
      [5, `loss ${formatLoss(row.trainLoss)}`],
      ...(testError === undefined ? [] : [[2, `test ${testError.toFixed(2)}%`] as const]),
      ...(testLoss === undefined ? [] : [[6, `loss ${formatLoss(testLoss)}`] as const]),
      ...(top5 === undefined ? [] : [[8, `top-5 ${top5.toFixed(2)}%`] as const]),
      [9, `lr ${Number(row.learningRate.toPrecision(3))}`],
      [10, `lambda ${Number(row.lambda.toPrecision(3))}`],
      [7, `${Math.round(row.imagesPerSecond)} images/s`],
      [11, formatDuration(row.seconds)],
      ...(eta === undefined ? [] : [[4, `ETA ${formatDuration(eta)}`] as const]),
    ],
    width,
  );
}
