// Interface of executors, which run the cells of a grid, and of the events that they emit.
import { IsdaError } from '../../common/errors.js';
import { isFingerprintOf } from '../../config/fingerprint.js';
import type { RunSummary } from '../../records/summary.js';
import type { CellEnd } from '../store/claim.js';
import type { JobLookup } from '../store/job.js';
import type { StoredCell } from '../store/store.js';
import { summaryOf } from '../store/summary.js';
import { unreadableRun } from '../store/unreadable.js';

/** The outcome of a cell. */
export interface CellOutcome {
  readonly cell: StoredCell;
  /** `planned`: not started, because the grid was stopped. `queued`: left in a cluster's queue as this job. */
  readonly end: CellEnd | { readonly state: 'planned' } | { readonly state: 'queued'; readonly job: string };
  /** Present if the run is done. */
  readonly summary?: RunSummary;
  /** Hint about unusable files, if they are the reason of the failure. */
  readonly hint?: string;
}

/** Events of a running grid. */
export interface GridEvents {
  /** All cells are in the store; `stored` is in the order of the grid. */
  planned(stored: readonly StoredCell[]): void;
  /** A cell was already done. */
  found(cell: StoredCell): void;
  /** Another process runs a cell; reported once, then the grid waits for it. */
  elsewhere(cell: StoredCell, holder: string): void;
  /** `job`: the name of its job in a cluster's queue. */
  started(cell: StoredCell, job?: string): void;
  /** A running cell is back in a cluster's queue. */
  requeued(cell: StoredCell, job: string): void;
  ended(outcome: CellOutcome): void;
  /** A message for the user. */
  message(line: string): void;
}

export interface GridContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Requests a stop; runs of this process write checkpoints first. */
  readonly stop: AbortSignal;
  readonly events: GridEvents;
  /** Milliseconds between checks of cells that other processes run; default: the executor's. */
  readonly pollMilliseconds?: number;
  /** Looks up queued cells in a cluster's queue. */
  readonly jobs?: JobLookup;
}

export interface Executor {
  /**
   * Runs every cell that is not done, until all have ended or `stop` is aborted; cells without an outcome were never
   * started. A cell that fails, or whose files cannot be read, does not stop the others; one that failed or was
   * stopped before is run again. Cells that another process runs are waited for. Errors: the store cannot be used, or
   * the cluster cannot be reached.
   */
  run(cells: readonly StoredCell[], context: GridContext): Promise<ReadonlyMap<StoredCell, CellOutcome>>;
}

/** Returns the outcome of a cell with unusable files: it counts as failed, and the others continue. */
export function unreadableOutcome(cell: StoredCell, error: unknown): CellOutcome {
  const { reason } = unreadableRun(cell.folder, error);
  return { cell, end: { state: 'failed', reason }, hint: error instanceof IsdaError ? error.hint : undefined };
}

/** Returns the outcome of an ended run; it is done only with a summary of the same settings, whatever its exit code. */
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
