// Interface of executors, which run the cells of a grid, and of the events that they report.
import { IsdaError } from '../../common/errors.js';
import { isFingerprintOf } from '../../config/fingerprint.js';
import type { RunSummary } from '../../records/summary.js';
import type { CellEnd } from '../store/claim.js';
import type { JobLookup } from '../store/job.js';
import type { StoredCell } from '../store/store.js';
import { summaryOf } from '../store/summary.js';
import { unreadableRun } from '../store/unreadable.js';

/** What became of a cell. */
export interface CellOutcome {
  readonly cell: StoredCell;
  /** `planned`: never begun, because the grid was stopped before. `queued`: left to a cluster's queue, as this job. */
  readonly end: CellEnd | { readonly state: 'planned' } | { readonly state: 'queued'; readonly job: string };
  /** Where the run is done. */
  readonly summary?: RunSummary;
  /** What to do about files that cannot be used, where that is why it failed. */
  readonly hint?: string;
}

/** What a grid tells as it goes. */
export interface GridEvents {
  /** All cells are in the store; `stored` is in the grid's order. */
  planned(stored: readonly StoredCell[]): void;
  /** A cell was done before. */
  found(cell: StoredCell): void;
  /** Another process is at a cell; said once, and then the grid waits for it. */
  elsewhere(cell: StoredCell, holder: string): void;
  /** `job`: what a cluster's queue calls it. */
  started(cell: StoredCell, job?: string): void;
  /** A running cell is back in a cluster's queue. */
  requeued(cell: StoredCell, job: string): void;
  ended(outcome: CellOutcome): void;
  /** A line for people. */
  message(line: string): void;
}

export interface GridContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Asks for an end: with checkpoints where the runs are this process's. */
  readonly stop: AbortSignal;
  readonly events: GridEvents;
  /** Milliseconds between checks of cells that other processes run; default: the executor's. */
  readonly pollMilliseconds?: number;
  /** Asks a cluster's queue for cells that are in it. */
  readonly jobs?: JobLookup;
}

export interface Executor {
  /**
   * Runs every cell that is not done until it ends or `stop` is aborted; cells without an outcome were never started.
   * A cell that fails, or whose own files cannot be read, does not stop the others; one that failed or was stopped
   * before is tried again. Cells that another process runs are waited for. Errors: the store cannot be used, or the
   * cluster cannot be reached.
   */
  run(cells: readonly StoredCell[], context: GridContext): Promise<ReadonlyMap<StoredCell, CellOutcome>>;
}

/** The outcome of a cell whose own files cannot be used: it has failed, and the others go on. */
export function unreadableOutcome(cell: StoredCell, error: unknown): CellOutcome {
  const { reason } = unreadableRun(cell.folder, error);
  return { cell, end: { state: 'failed', reason }, hint: error instanceof IsdaError ? error.hint : undefined };
}

/** The outcome of a run that ended so; one without a summary of its settings is not done, whatever its process said. */
export async function outcomeOf(cell: StoredCell, end: CellEnd): Promise<CellOutcome> {
  if (end.state !== 'done') return { cell, end };
  try {
    const summary = await summaryOf(
      cell.folder,
      (stored) => isFingerprintOf(cell.config, stored) || cell.earlier?.includes(stored) === true,
    );
    if (summary !== undefined) return { cell, end, summary };
  } catch (error) {
    return unreadableOutcome(cell, error);
  }
  return { cell, end: { state: 'failed', reason: 'it ended without writing its summary' } };
}
