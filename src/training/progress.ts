// What a person sees of a run: a bar for each epoch on a terminal, a plain line for each epoch elsewhere.
import { SingleBar } from 'cli-progress';
import { formatDuration } from '../common/format.js';
import type { MetricsRow } from '../records/metrics-columns.js';

export { formatCount, formatDuration } from '../common/format.js';

export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
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

/** Parts of a line by rank: those of the highest ranks that fit, in their own order, joined by two spaces. */
export function fitLine(parts: readonly (readonly [rank: number, text: string])[], width: number): string {
  const ranked = parts.map(([rank, text], index) => ({ rank, text, index })).sort((a, b) => a.rank - b.rank);
  const kept: typeof ranked = [];
  let used = -2;
  for (const part of ranked) {
    if (used + 2 + part.text.length > width) continue;
    used += 2 + part.text.length;
    kept.push(part);
  }
  return kept
    .sort((a, b) => a.index - b.index)
    .map(({ text }) => text)
    .join('  ');
}

function digits(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}

/** The line of a completed epoch, cut to `width` columns. `eta`: seconds to the end of the run, if known. */
export function epochLine(row: MetricsRow, epochs: number, eta: number | undefined, width: number): string {
  const { testError, testLoss, testErrorTop5: top5 } = row;
  return fitLine(
    [
      [1, `epoch ${row.epoch}/${epochs}`],
      [3, `train ${row.trainError.toFixed(2)}%`],
      [5, `loss ${digits(row.trainLoss)}`],
      ...(testError === undefined ? [] : [[2, `test ${testError.toFixed(2)}%`] as const]),
      ...(testLoss === undefined ? [] : [[6, `loss ${digits(testLoss)}`] as const]),
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

/** The line of a running epoch: a bar as wide as there is room for, between the numbers that fit. */
export function batchLine(state: BatchProgress, options: ProgressOptions, eta: number, width: number): string {
  const { epochs, batchesPerEpoch } = options;
  const epoch = `epoch ${state.epoch}/${epochs}`;
  const numbers = (room: number): string =>
    fitLine(
      [
        [3, `${state.batch}/${batchesPerEpoch}`],
        [4, `loss ${digits(state.loss)}`],
        [1, `${state.errorPercent.toFixed(1)}%`],
        [5, `${Math.round(state.imagesPerSecond)} images/s`],
        [2, `ETA ${formatDuration(eta)}`],
      ],
      room,
    );
  const text = numbers(width - epoch.length - 2);
  const room = Math.min(30, width - epoch.length - text.length - 6);
  if (room < 6) return `${epoch}  ${text}`;
  const full = Math.round((room * state.batch) / batchesPerEpoch);
  return `${epoch}  [${'='.repeat(full)}${' '.repeat(room - full)}]  ${text}`;
}

/** How bars behave on a terminal. */
export const barBehaviour = {
  /** Frees the line for the epoch's summary. */
  clearOnComplete: true,
  /** Follows changes of the width. */
  forceRedraw: true,
  // The terminal stays as it is, so that a process which ends at once leaves nothing to be put right.
  hideCursor: false,
  linewrap: true,
  gracefulExit: false,
} as const;

/**
 * Displays a run's progress. The time that is left comes from this process's batches so far, evaluation and
 * checkpoints included. Numbers on a line are left out, the least important first, where the terminal is narrow.
 */
export function createProgress(options: ProgressOptions): Progress {
  const { stream, now, epochs, batchesPerEpoch, batchesBefore = 0 } = options;
  const started = now();
  let done = 0;
  const eta = (): number => {
    const left = epochs * batchesPerEpoch - batchesBefore - done;
    return done <= 0 ? NaN : ((now() - started) / 1000 / done) * left;
  };
  const epochEnd = (row: MetricsRow): number | undefined => {
    done = row.epoch * batchesPerEpoch - batchesBefore;
    return row.epoch < epochs ? eta() : undefined;
  };
  if (!stream.isTTY) {
    return {
      batch: () => undefined,
      epoch: (row) => void stream.write(`${epochLine(row, epochs, epochEnd(row), Infinity)}\n`),
      note: (line) => void stream.write(`${line}\n`),
      stop: () => undefined,
    };
  }

  const width = (): number => (stream.columns || 80) - 1;
  let state: BatchProgress | undefined;
  let bar: SingleBar | undefined;
  const start = (): SingleBar => {
    const format = (): string => (state === undefined ? '' : batchLine(state, options, eta(), width()));
    const created = new SingleBar({ stream, format, ...barBehaviour });
    created.start(batchesPerEpoch, state?.batch ?? 0);
    return created;
  };
  const clear = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    batch: (next) => {
      state = next;
      done = (next.epoch - 1) * batchesPerEpoch + next.batch - batchesBefore;
      bar ??= start();
      bar.update(next.batch);
    },
    epoch: (row) => {
      clear();
      stream.write(`${epochLine(row, epochs, epochEnd(row), width())}\n`);
    },
    note: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    stop: clear,
  };
}
