// Interface of the progress reports of a run, and the line of an epoch.
import { fitLine } from '../common/fit-line.js';
import { formatDuration } from '../common/format.js';
import type { MetricsRow } from '../records/metrics-columns.js';
import { knownMetrics } from './metrics/registry.js';

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
  readonly trainLoss: number;
  readonly trainError: number;
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

/** The line of a completed epoch, cut to `width` columns. `eta`: seconds to the end of the run, if known. */
export function epochLine(row: MetricsRow, epochs: number, eta: number | undefined, width: number): string {
  const parts = knownMetrics(Object.keys(row))
    .flatMap(({ name, line }) => {
      const value = row[name];
      return line === undefined || value === undefined ? [] : [{ ...line, value }];
    })
    .sort((a, b) => a.place - b.place)
    .map(({ rank, text, value }) => [rank, text(value)] as const);
  return fitLine(
    [
      [1, `epoch ${row.epoch}/${epochs}`],
      ...parts,
      ...(eta === undefined ? [] : [[4, `ETA ${formatDuration(eta)}`] as const]),
    ],
    width,
  );
}
