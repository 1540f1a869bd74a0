// Interface of the progress reports of a run, and the line of an epoch.
import { fitLine } from '../common/fit-line.js';
import { formatDuration } from '../common/format.js';
import type { MetricsRow } from '../records/metrics-columns.js';
import type { EvaluationName } from '../data/split.js';
import type { Metric } from './metrics/metric.js';

/** The size of a run. */
export interface RunLength {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  /** Batches done by an earlier process, over all epochs. */
  readonly batchesBefore?: number;
  /** What the line of an epoch shows. */
  readonly metrics: readonly Metric[];
  /** The images of evaluations; default: test. */
  readonly evaluationName?: EvaluationName | undefined;
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
  print(line: string): void;
  /** Gives the terminal back; call it however the run ends. */
  stop(): void;
}

/** A part of a line, with room for the longest text that it usually has. */
interface LinePart {
  readonly rank: number;
  readonly text: string;
  readonly widest: string;
}

/** The parts that fit by their room, each as wide as its room: lines of one run show the same parts in columns. */
function columnsThatFit(parts: readonly LinePart[], width: number): string {
  const roomOf = ({ text, widest }: LinePart): number => Math.max(text.length, widest.length);
  const fixed = parts.map((part) => [part.rank, part.text.padEnd(roomOf(part))] as const);
  return fitLine(fixed, width).trimEnd();
}

/**
 * The line of a completed epoch, cut to `width` columns; an epoch that was not evaluated has blanks there. `eta`:
 * seconds to the end of the run, if known.
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
