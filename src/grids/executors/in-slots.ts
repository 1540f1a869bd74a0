// Runs cells in several slots, one after the other in each; a cell is claimed just before it runs.
import { setTimeout } from 'node:timers/promises';
import { isFolder } from '../../config/find.js';
import { claimCell, type Claim, type CellEnd } from '../store/claim.js';
import type { StoredCell } from '../store/store.js';
import { runHolder } from '../store/view.js';
import { outcomeOf, unreadableOutcome, type CellOutcome, type Executor } from './executor.js';

interface SlotOptions {
  /** Number of concurrent cells. */
  readonly slots: number;
  /**
   * Runs a cell to its end; its folder has config.yaml. `slot` counts from 0. When `stop` is aborted, the run is asked
   * to write a checkpoint and end. A failed run is a result, not an error; errors: its files cannot be written.
   */
  readonly run: (cell: StoredCell, slot: number, stop: AbortSignal) => Promise<CellEnd>;
}

/** The end of a cell whose folder was deleted while it ran; the others go on. */
const folderGone: CellEnd = { state: 'failed', reason: 'its folder was deleted while it was running' };

/**
 * Creates an executor with slots. Several commands can share the cells of one store; the cells of a process that died
 * are taken over. After `stop` the running cells end with a checkpoint and no other cell starts.
 * Errors: the store cannot be written; running cells are stopped before this is thrown.
 */
export function inSlots({ slots, run }: SlotOptions): Executor {
  return {
    async run(cells, { now, events, stop: stopAsked, jobs, pollMilliseconds = 2000 }) {
      const outcomes = new Map<StoredCell, CellOutcome>();
      const queue = [...cells];
      const busy = new Set<StoredCell>();
      const broken = new AbortController();
      const stop = AbortSignal.any([stopAsked, broken.signal]);

      const wait = (cell: StoredCell, holder: string): void => {
        if (!busy.has(cell)) events.elsewhere(cell, holder);
        busy.add(cell);
        queue.push(cell);
      };
      /** Reports a cell that had ended before this command. */
      const find = (outcome: CellOutcome): void => {
        outcomes.set(outcome.cell, outcome);
        if (outcome.end.state === 'done') events.found(outcome.cell);
        else events.ended(outcome);
      };
      const runClaimed = async (cell: StoredCell, claim: Claim, slot: number): Promise<void> => {
        events.started(cell);
        let outcome: CellOutcome;
        try {
          outcome = await outcomeOf(cell, await run(cell, slot, stop));
        } catch (error) {
          if (isFolder(cell.folder)) {
            await claim.end({ state: 'stopped', reason: 'its store could not be used' }).catch(() => undefined);
            throw error;
          }
          outcome = { cell, end: folderGone };
        }
        // A run whose starter was killed may open its folder only after the claim: then the cell belongs to it.
        const holder = outcome.end.state === 'failed' ? await runHolder(cell.folder, now) : undefined;
        if (holder !== undefined) {
          await claim.end({ state: 'stopped', reason: `${holder} is running it` });
          return wait(cell, holder);
        }
        if (isFolder(cell.folder)) await claim.end(outcome.end as CellEnd);
        else {
          outcome = { cell, end: folderGone };
          await claim.release();
        }
        outcomes.set(cell, outcome);
        events.ended(outcome);
      };
      const work = async (slot: number): Promise<void> => {
        for (let cell = queue.shift(); cell !== undefined && !stop.aborted; cell = queue.shift()) {
          if (busy.has(cell)) await setTimeout(pollMilliseconds, undefined, { signal: stop }).catch(() => undefined);
          if (stop.aborted) return;
          const attempt = await claimCell(cell, now, jobs);
          if ('claim' in attempt) await runClaimed(cell, attempt.claim, slot);
          else if (attempt.state === 'done') find(await outcomeOf(cell, { state: 'done' }));
          else if (attempt.state === 'unreadable') find(unreadableOutcome(cell, attempt.error));
          else wait(cell, attempt.holder);
        }
      };
      const working = Array.from({ length: slots }, (_, slot) =>
        work(slot).catch((error: unknown) => {
          broken.abort();
          throw error;
        }),
      );
      const failure = (await Promise.allSettled(working)).find((slot) => slot.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
      return outcomes;
    },
  };
}
