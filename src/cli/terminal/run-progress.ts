// Progress display of a run: a bar for each epoch on a terminal, a plain line for each epoch elsewhere.
import { clearScreenDown } from 'node:readline';
import type { SingleBar } from 'cli-progress';
import { fitLine } from '../../common/fit-line.js';
import { formatDuration } from '../../common/format.js';
import type { MetricsRow } from '../../records/metrics-columns.js';
import { formatLoss } from '../../training/metrics/format.js';
import { createBar } from './bar.js';
import { timeLeft } from './eta.js';
import { epochLine, type BatchProgress, type Progress, type RunLength } from '../../training/progress.js';

interface ProgressOptions extends RunLength {
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds. */
  readonly clock: () => number;
}

/** Formats the line of a running epoch: a bar of the available width between the numbers that fit. */
export function batchLine(
  state: BatchProgress,
  { epochs, batchesPerEpoch }: Pick<RunLength, 'epochs' | 'batchesPerEpoch'>,
  eta: number,
  width: number,
): string {
  const epoch = `epoch ${state.epoch}/${epochs}`;
  const numbers = (room: number): string =>
    fitLine(
      [
        [3, `${state.batch}/${batchesPerEpoch}`],
        [4, `loss ${formatLoss(state.trainLoss)}`],
        [1, `err ${state.trainError.toFixed(1)}%`],
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

/** Options of bars on a terminal. */
export const barBehaviour = {
  /** Clears the line for the summary of the epoch. */
  clearOnComplete: true,
  /** Adapts to changes of the width. */
  forceRedraw: true,
  // Terminal modes are not changed, so a process that is killed leaves nothing to restore.
  hideCursor: false,
  linewrap: true,
  gracefulExit: false,
} as const;

/** Stops a bar and removes it from the terminal. */
export function endBar(bar: SingleBar | undefined, stream: NodeJS.WriteStream): void {
  if (bar === undefined) return;
  bar.stop();
  // The echoed `^C` after a full-width bar moves its last redraw to the next line.
  clearScreenDown(stream);
}

/**
 * Displays a run's progress. The time that is left comes from this process's steps, evaluations and checkpoints so far.
 * Numbers on a line are left out, the least important first, where the terminal is narrow.
 */
export function createProgress(options: ProgressOptions): Progress {
  const { stream, clock, epochs, batchesPerEpoch, batchesBefore = 0 } = options;
  const left = timeLeft({ epochs, batchesPerEpoch, batchesBefore, clock });
  const seen = ({ epoch, batch }: BatchProgress): void => left.batch((epoch - 1) * batchesPerEpoch + batch);
  const lineOf = (row: MetricsRow, width: number): string => {
    left.epoch(row.epoch * batchesPerEpoch);
    return epochLine(row, options, row.epoch < epochs ? left.seconds() : undefined, width);
  };
  if (!stream.isTTY) {
    return {
      batch: seen,
      epoch: (row) => void stream.write(`${lineOf(row, Infinity)}\n`),
      print: (line) => void stream.write(`${line}\n`),
      stop: () => undefined,
    };
  }

  const width = (): number => (stream.columns || 80) - 1;
  let state: BatchProgress | undefined;
  let bar: SingleBar | undefined;
  const start = (): SingleBar => {
    const format = (): string => (state === undefined ? '' : batchLine(state, options, left.seconds(), width()));
    const created = createBar({ stream, format, ...barBehaviour });
    created.start(batchesPerEpoch, state?.batch ?? 0);
    return created;
  };
  const clear = (): void => {
    endBar(bar, stream);
    bar = undefined;
  };
  return {
    batch: (next) => {
      state = next;
      seen(next);
      bar ??= start();
      bar.update(next.batch);
    },
    epoch: (row) => {
      clear();
      stream.write(`${lineOf(row, width())}\n`);
    },
    print: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    stop: clear,
  };
}
