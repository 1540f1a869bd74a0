// Runs the cells of a grid to their end: what ablations, sweeps, studies and tables are made of.
import { setTimeout } from 'node:timers/promises';
import { runFolder } from '../../training/records/run-folder.js';
import { readSummary, type RunSummary } from '../../training/records/summary.js';
import type { Executor } from '../executors/executor.js';
import { claimCell, type Claim, type CellEnd } from '../store/claim.js';
import { placeCell, type Cell, type StoredCell } from '../store/store.js';
import { runHolder } from '../store/view.js';

/** What became of a cell. */
export interface CellOutcome {
  readonly cell: StoredCell;
  /** `planned`: never begun, because the grid was stopped before. */
  readonly end: CellEnd | { readonly state: 'planned' };
  /** Where the run is done. */
  readonly summary?: RunSummary;
}

/** What a grid tells as it goes. */
export interface GridEvents {
  /** All cells are in the store; `stored` is in the grid's order. */
  planned(stored: readonly StoredCell[]): void;
  /** A cell was done before. */
  found(cell: StoredCell): void;
  /** Another process is at a cell; said once, and then the grid waits for it. */
  elsewhere(cell: StoredCell, holder: string): void;
  started(cell: StoredCell): void;
  ended(outcome: CellOutcome): void;
}

export interface GridSurroundings {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Asks for an end with checkpoints. */
  readonly stop: AbortSignal;
  readonly events: GridEvents;
  /** How often to look after a cell that another process is at, in milliseconds; default: 2000. */
  readonly pollMilliseconds?: number;
}

/** A stopped run without its summary is no outcome, whatever its process said. */
async function outcomeOf(cell: StoredCell, end: CellEnd): Promise<CellOutcome> {
  if (end.state !== 'done') return { cell, end };
  const summary = await readSummary(runFolder(cell.folder).summary);
  if (summary !== undefined) return { cell, end, summary };
  return { cell, end: { state: 'failed', reason: 'it ended without writing its summary' } };
}

/**
 * Runs every cell that is not done yet and gives the outcome of each, in the order of `cells`. Cells are found or planned
 * in the store `root` (absolute) first. A cell that fails is recorded and the others go on; one that failed or stopped
 * before is tried again. What another process is at is waited for, and taken over should that one die.
 * After `stop` the running cells end with a checkpoint and no other begins.
 * Errors: the store cannot be read or written; running cells are stopped before it is thrown.
 */
export async function runGrid(
  cells: readonly Cell[],
  root: string,
  executor: Executor,
  around: GridSurroundings,
): Promise<readonly CellOutcome[]> {
  const { now, events, pollMilliseconds = 2000 } = around;
  const stored: StoredCell[] = [];
  for (const cell of cells) stored.push(await placeCell(root, cell, now));
  events.planned(stored);

  const outcomes = new Map<StoredCell, CellOutcome>();
  const queue = [...stored];
  const busy = new Set<StoredCell>();
  const broken = new AbortController();
  const stop = AbortSignal.any([around.stop, broken.signal]);

  const wait = (cell: StoredCell, holder: string): void => {
    if (!busy.has(cell)) events.elsewhere(cell, holder);
    busy.add(cell);
    queue.push(cell);
  };
  const runClaimed = async (cell: StoredCell, claim: Claim, slot: number): Promise<void> => {
    events.started(cell);
    let outcome: CellOutcome;
    try {
      outcome = await outcomeOf(cell, await executor.run(cell, slot, stop));
    } catch (error) {
      await claim.end({ state: 'stopped', reason: 'its store could not be used' }).catch(() => undefined);
      throw error;
    }
    // A run whose starter was killed may have come to its folder only after the claim: then it is that run's.
    const holder = outcome.end.state === 'failed' ? await runHolder(cell.folder, now) : undefined;
    if (holder !== undefined) {
      await claim.end({ state: 'stopped', reason: `${holder} is at it` });
      return wait(cell, holder);
    }
    await claim.end(outcome.end as CellEnd);
    outcomes.set(cell, outcome);
    events.ended(outcome);
  };
  const work = async (slot: number): Promise<void> => {
    for (let cell = queue.shift(); cell !== undefined && !stop.aborted; cell = queue.shift()) {
      if (busy.has(cell)) await setTimeout(pollMilliseconds, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return;
      const attempt = await claimCell(cell, now);
      if ('claim' in attempt) await runClaimed(cell, attempt.claim, slot);
      else if (attempt.state === 'done') {
        outcomes.set(cell, await outcomeOf(cell, { state: 'done' }));
        events.found(cell);
      } else wait(cell, attempt.holder);
    }
  };
  const slots = Array.from({ length: executor.slots }, (_, slot) =>
    work(slot).catch((error: unknown) => {
      broken.abort();
      throw error;
    }),
  );
  const failure = (await Promise.allSettled(slots)).find((slot) => slot.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return stored.map((cell) => outcomes.get(cell) ?? { cell, end: { state: 'planned' } });
}
