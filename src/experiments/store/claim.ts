// Taking a cell for oneself: at most one process works on a cell, whoever asks.
import { writeFileAtomically } from '../../common/files.js';
import { printConfig } from '../../config/print.js';
import { processStart, thisProcess, tryLock } from '../../training/records/lock.js';
import { runFolder } from '../../training/records/run-folder.js';
import { readSummary } from '../../training/records/summary.js';
import { readCell, writeCell } from './cell.js';
import { claimPath, presentState, runHolder } from './view.js';
import type { StoredCell } from './store.js';

/** How the run of a cell ended. `reason`: one line. */
export type CellEnd =
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'stopped'; readonly reason: string };

/** A cell that belongs to this process until `end`. */
export interface Claim {
  /** Records how the run ended and lets the cell go. */
  end(how: CellEnd): Promise<void>;
}

/** A claim, or why there is none: the cell is done, or a living process is at it. */
export type ClaimAttempt =
  { readonly claim: Claim } | { readonly state: 'done' } | { readonly state: 'busy'; readonly holder: string };

/**
 * Takes a cell that is not done and that nobody is at, also from a process that died: records it as running and writes
 * its config.yaml. `now`: milliseconds since the epoch. Errors: files that cannot be read or written.
 */
export async function claimCell(cell: StoredCell, now: () => number): Promise<ClaimAttempt> {
  const { folder, config } = cell;
  const attempt = await tryLock(claimPath(folder), thisProcess(), { now, startOf: processStart });
  if ('holder' in attempt) return { state: 'busy', holder: attempt.holder };
  const { lock } = attempt;
  try {
    // Who started the run may be dead while the run lives on.
    const holder = await runHolder(folder, now);
    if (holder !== undefined) {
      await lock.release();
      return { state: 'busy', holder };
    }
    const record = (await readCell(folder))!;
    const at = (): string => new Date(now()).toISOString();
    const summary = await readSummary(runFolder(folder).summary);
    const state = presentState(record, false, summary !== undefined);
    if (state === 'done') {
      if (record.state !== 'done') await writeCell(folder, { ...record, state, since: at() });
      await lock.release();
      return { state };
    }
    const begun = { ...record, reason: undefined, attempts: record.attempts + 1 };
    await writeFileAtomically(runFolder(folder).config, printConfig(config));
    await writeCell(folder, { ...begun, state: 'running', since: at() });
    const end = async (how: CellEnd): Promise<void> => {
      await writeCell(folder, { ...begun, ...how, since: at() });
      await lock.release();
    };
    return { claim: { end } };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
