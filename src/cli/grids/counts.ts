// Counts of a grid while it runs: done, failed and running runs, and the remaining time.
import type { StoredCell } from '../../grids/store/store.js';
import { readProgress } from '../../grids/store/view.js';

export interface GridCounts {
  readonly cells: number;
  readonly done: number;
  readonly failed: number;
  /** The running runs with their epochs. */
  readonly running: readonly { readonly name: string; readonly epoch: number; readonly epochs: number }[];
  /** Remaining seconds, if they can be estimated. */
  readonly left: number | undefined;
}

interface GridCounter {
  /** Starts counting another grid. */
  planned(cells: readonly StoredCell[]): void;
  /** Counts a run that was already done. */
  found(cell: StoredCell): void;
  started(cell: StoredCell): void;
  requeued(cell: StoredCell): void;
  ended(cell: StoredCell, state: string): void;
  counts(): Promise<GridCounts>;
}

const epochsOf = (cells: Iterable<StoredCell>): number =>
  [...cells].reduce((sum, { config }) => sum + config.training.epochs, 0);

/** Completed epochs of a cell; 0 if its files cannot be read, which its run reports. */
const epochsDoneOf = ({ folder }: StoredCell): Promise<number> =>
  readProgress(folder).then(
    ({ epochsDone }) => epochsDone,
    () => 0,
  );

/** Creates the counts of grids. `clock`: milliseconds. */
export function createGridCounter(clock: () => number): GridCounter {
  let cells: readonly StoredCell[] = [];
  let begun = 0;
  let failed = 0;
  const finished = new Set<StoredCell>();
  const running = new Set<StoredCell>();
  /** Epochs that runs had completed before this process. */
  let epochsBefore = 0;
  const begunRuns = new Set<StoredCell>();
  return {
    planned(stored) {
      cells = stored;
      begun = clock();
      failed = 0;
      epochsBefore = 0;
      finished.clear();
      begunRuns.clear();
    },
    found(cell) {
      finished.add(cell);
      epochsBefore += cell.config.training.epochs;
    },
    started(cell) {
      running.add(cell);
      // A run that was queued again was counted when it started.
      if (!begunRuns.has(cell)) void epochsDoneOf(cell).then((epochs) => (epochsBefore += epochs));
      begunRuns.add(cell);
    },
    requeued: (cell) => void running.delete(cell),
    ended(cell, state) {
      running.delete(cell);
      if (state !== 'stopped') finished.add(cell);
      if (state === 'failed') failed += 1;
    },
    async counts() {
      const rows = await Promise.all(
        [...running].map(async (cell) => {
          const { epochs } = cell.config.training;
          return { name: cell.name, epoch: Math.min(epochs, await epochsDoneOf(cell)), epochs };
        }),
      );
      const sum = epochsOf(finished) + rows.reduce((total, { epoch }) => total + epoch, 0);
      const fresh = sum - epochsBefore;
      const left = fresh <= 0 ? undefined : ((clock() - begun) / 1000 / fresh) * (epochsOf(cells) - sum);
      return { cells: cells.length, done: finished.size - failed, failed, running: rows, left };
    },
  };
}
