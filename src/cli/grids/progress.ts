// Progress of a grid: a line when a run starts or ends, and a status line on a terminal.
import { clearLine, cursorTo } from 'node:readline';
import { fitLine } from '../../common/fit-line.js';
import { counted, formatDuration, twoDecimals } from '../../common/format.js';
import type { CellOutcome, GridEvents } from '../../grids/executors/executor.js';
import { lastEpochs } from '../../records/metrics-columns.js';
import { createGridCounter, type GridCounts } from './counts.js';

export interface GridProgress {
  readonly events: GridEvents;
  /** Prints a line without tearing the status line. */
  readonly print: (line: string) => void;
  /** Restores the terminal; call it however the grid ends. */
  readonly stop: () => void;
}

interface GridProgressOptions {
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Interval between updates of the status line. */
  readonly everyMilliseconds?: number;
}

/** Describes the error of a run by its number of epochs. */
const meanName = (epochs: number): string =>
  epochs >= lastEpochs ? `last ${lastEpochs}` : `mean of ${counted(epochs, 'epoch')}`;

/** Formats the line about the end of a run. */
export function endLine({ cell, end, summary }: CellOutcome): string {
  if (end.state === 'failed' || end.state === 'stopped') return `${end.state.padEnd(7)} ${cell.name}: ${end.reason}`;
  if (summary === undefined) return `${end.state.padEnd(7)} ${cell.name}`;
  const { last10MeanTestErrorPercent: error, epochs, seconds } = summary;
  return `done    ${cell.name}  ${twoDecimals(error)} % (${meanName(epochs)})  ${formatDuration(seconds)}`;
}

/** Formats the status line, cut to `width` columns. */
export function statusLine({ cells, done, failed, running, left }: GridCounts, width: number): string {
  const waiting = cells - done - failed - running.length;
  return fitLine(
    [
      [1, `${done} of ${cells} done`],
      ...(failed === 0 ? [] : [[2, `${failed} failed`] as const]),
      ...(waiting <= 0 ? [] : [[4, `${waiting} to go`] as const]),
      ...(left === undefined ? [] : [[3, `${formatDuration(left)} left`] as const]),
      ...running.map(({ name, epoch, epochs }, index) => [5 + index, `${name} ${epoch}/${epochs}`] as const),
    ],
    width,
  );
}

/** Shows the progress of one or several successive grids on `stream`. */
export function gridProgress({ stream, clock, everyMilliseconds = 2000 }: GridProgressOptions): GridProgress {
  const counter = createGridCounter(clock);
  let timer: NodeJS.Timeout | undefined;
  let shown = false;

  const clear = (): void => {
    if (!shown) return;
    clearLine(stream, 0);
    cursorTo(stream, 0);
    shown = false;
  };
  const print = (line: string): void => {
    clear();
    stream.write(`${line}\n`);
  };
  const draw = async (): Promise<void> => {
    const state = await counter.counts();
    if (timer === undefined) return;
    clear();
    stream.write(statusLine(state, (stream.columns || 80) - 1));
    shown = true;
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    clear();
  };

  const events: GridEvents = {
    planned(cells) {
      counter.planned(cells);
      print(`grid    ${counted(cells.length, 'run')}`);
      if (!stream.isTTY || timer !== undefined) return;
      timer = setInterval(() => void draw(), everyMilliseconds);
    },
    found(cell) {
      counter.found(cell);
      print(`found   ${cell.name}, done before`);
    },
    elsewhere: (cell, holder) => print(`waiting ${cell.name}: ${holder} is running it`),
    started(cell, job) {
      counter.started(cell);
      print(`start   ${cell.name}${job === undefined ? '' : `, job ${job}`}`);
    },
    requeued(cell, job) {
      counter.requeued(cell);
      print(`requeue ${cell.name}, job ${job}: it resumes from its checkpoint`);
    },
    ended(outcome) {
      counter.ended(outcome.cell, outcome.end.state);
      print(endLine(outcome));
    },
    message: print,
  };
  return { events, print, stop };
}
