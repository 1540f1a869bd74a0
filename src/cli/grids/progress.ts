// Progress of a grid: a line when a run starts or ends, and a status line on a terminal.
import { clearLine, cursorTo } from 'node:readline';
import { fitLine } from '../../common/fit-line.js';
import { counted, formatDuration } from '../../common/format.js';
import type { CellOutcome, GridEvents } from '../../grids/executors/executor.js';
import type { StoredCell } from '../../grids/store/store.js';
import { lastEpochs } from '../../records/metrics-columns.js';
import { readProgress } from '../../grids/store/view.js';

export interface GridProgress {
  readonly events: GridEvents;
  /** Prints a line without tearing the status line. */
  readonly print: (line: string) => void;
  /** Gives the terminal back; call it however the grid ends. */
  readonly stop: () => void;
}

interface GridProgressOptions {
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds. */
  readonly now: () => number;
  /** How often the status line is renewed. */
  readonly everyMilliseconds?: number;
}

/** What the error of a run of so many epochs is. */
const meanName = (epochs: number): string =>
  epochs >= lastEpochs ? `last ${lastEpochs}` : `mean of ${counted(epochs, 'epoch')}`;

/** The line that says how a run ended. */
export function endLine({ cell, end, summary }: CellOutcome): string {
  if (end.state === 'failed' || end.state === 'stopped') return `${end.state.padEnd(7)} ${cell.name}: ${end.reason}`;
  if (summary === undefined) return `${end.state.padEnd(7)} ${cell.name}`;
  const { last10MeanTestErrorPercent: error, epochs, seconds } = summary;
  return `done    ${cell.name}  ${error.toFixed(2)} % (${meanName(epochs)})  ${formatDuration(seconds)}`;
}

interface GridCounts {
  readonly cells: number;
  readonly done: number;
  readonly failed: number;
  /** The running ones with their epochs. */
  readonly running: readonly { readonly name: string; readonly epoch: number; readonly epochs: number }[];
  /** Seconds to the end, if that can be said. */
  readonly left: number | undefined;
}

/** The status line, cut to `width` columns. */
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

/** Shows a grid's progress on `stream`; several grids of one command may follow each other. */
export function gridProgress({ stream, now, everyMilliseconds = 2000 }: GridProgressOptions): GridProgress {
  let cells: readonly StoredCell[] = [];
  let begun = 0;
  let failed = 0;
  const finished = new Set<StoredCell>();
  const running = new Set<StoredCell>();
  /** Epochs of runs that were there before this process came to them. */
  let epochsBefore = 0;
  const begunRuns = new Set<StoredCell>();
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
  const counts = async (): Promise<GridCounts> => {
    const rows = await Promise.all(
      [...running].map(async (cell) => {
        const { epochs } = cell.config.training;
        const { epochsDone } = await readProgress(cell.folder);
        return { name: cell.name, epoch: Math.min(epochs, epochsDone), epochs };
      }),
    );
    const all = cells.reduce((sum, { config }) => sum + config.training.epochs, 0);
    const ended = [...finished].reduce((sum, { config }) => sum + config.training.epochs, 0);
    const sum = ended + rows.reduce((total, { epoch }) => total + epoch, 0);
    const fresh = sum - epochsBefore;
    const left = fresh <= 0 ? undefined : ((now() - begun) / 1000 / fresh) * (all - sum);
    return { cells: cells.length, done: finished.size - failed, failed, running: rows, left };
  };
  const draw = async (): Promise<void> => {
    const state = await counts();
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
    planned(stored) {
      cells = stored;
      begun = now();
      failed = 0;
      epochsBefore = 0;
      finished.clear();
      begunRuns.clear();
      if (!stream.isTTY || timer !== undefined) return;
      timer = setInterval(() => void draw(), everyMilliseconds);
    },
    found(cell) {
      finished.add(cell);
      epochsBefore += cell.config.training.epochs;
      print(`found   ${cell.name}, done before`);
    },
    elsewhere: (cell, holder) => print(`waiting ${cell.name}: ${holder} is running it`),
    started(cell, job) {
      running.add(cell);
      // A run that was queued again was counted when it began.
      if (!begunRuns.has(cell)) void readProgress(cell.folder).then(({ epochsDone }) => (epochsBefore += epochsDone));
      begunRuns.add(cell);
      print(`start   ${cell.name}${job === undefined ? '' : `, job ${job}`}`);
    },
    requeued(cell, job) {
      running.delete(cell);
      print(`requeue ${cell.name}, job ${job}: it goes on from its checkpoint`);
    },
    ended(outcome) {
      running.delete(outcome.cell);
      if (outcome.end.state !== 'stopped') finished.add(outcome.cell);
      if (outcome.end.state === 'failed') failed += 1;
      print(endLine(outcome));
    },
    said: print,
  };
  return { events, print, stop };
}
