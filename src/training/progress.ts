// Interface of a run's progress display, and formatting of an epoch's line.
import { fitLine } from '../common/fit-line.js';
import { formatDuration } from '../common/format.js';
import type { MetricsRow } from '../records/metrics-columns.js';
import type { EvaluationName } from '../data/split.js';
import type { Metric } from './metrics/metric.js';

/** The size of a run. */
export interface RunLength {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  /** Batches completed by an earlier process, over all epochs. */
  readonly batchesBefore?: number;
  /** The metrics; those with a `line` are shown in the line of an epoch. */
  readonly metrics: readonly Metric[];
  /** The images of evaluations. Default: test. */
  readonly evaluationName?: EvaluationName | undefined;
}

export interface BatchProgress {
  /** Counted from 1. */
  readonly epoch: number;
  /** Batches completed in this epoch. */
  readonly batch: number;
  /** Running means over the epoch. */
  readonly trainLoss: number;
  readonly trainError: number;
  readonly imagesPerSecond: number;
}

export interface Progress {
  batch(state: BatchProgress): void;
  /** Ends the epoch's progress bar and prints its line. */
  epoch(row: MetricsRow): void;
  /** Prints a line without breaking the progress bar. */
  print(line: string): void;
  /** Restores the terminal; must be called however the run ends. */
  stop(): void;
}

/** A part of a line, with space for its longest typical text. */
interface LinePart {
  readonly rank: number;
  readonly text: string;
  readonly widest: string;
}

/**
 * Joins the parts whose reserved space fits, padded to that space: the lines of a run show the same parts in columns.
 */
function columnsThatFit(parts: readonly LinePart[], width: number): string {
  const roomOf = ({ text, widest }: LinePart): number => Math.max(text.length, widest.length);
  const fixed = parts.map((part) => [part.rank, part.text.padEnd(roomOf(part))] as const);
  return fitLine(fixed, width).trimEnd();
}

/**
 * Formats the line of a completed epoch, cut to `width` columns; values of an evaluation that was not due are blank.
 * `eta`: seconds to the end of the run, if known.
 */
export function epochLine(
  row: MetricsRow,
  { epochs, metrics, evaluationName = 'test' }: Pick<RunLength, 'epochs' | 'metrics' | 'evaluationName'>,
  eta: number | undefined,
  width: number,
): string {
  const parts = metrics
    .flatMap(({ name, line }) => (line === undefined ? [] : [{ ...line, value: row[name] }]))
    .sort((a, b) => a.place - b.place)
    .map(({ rank, text, widest, value }) => ({
      ...{ rank, text: value === undefined ? '' : text(value, evaluationName), widest: text(widest, evaluationName) },
    }));
  return columnsThatFit(
    [
      { rank: 1, text: `epoch ${row.epoch}/${epochs}`, widest: `epoch ${epochs}/${epochs}` },
      ...parts,
      { rank: 4, text: eta === undefined ? '' : `ETA ${formatDuration(eta)}`, widest: 'ETA 23 h 59 min' },
    ],
    width,
  );
}
