// The Slurm executor: submits unclaimed cells as arrays and follows the queue until all tasks have ended.
import { setTimeout } from 'node:timers/promises';
import { isFile } from '../../../config/find.js';
import { runFolder } from '../../../records/run-folder.js';
import { readCell } from '../../store/cell.js';
import { claimCell, recordJobEnd } from '../../store/claim.js';
import type { JobLookup } from '../../store/job.js';
import type { StoredCell } from '../../store/store.js';
import { outcomeOf, unreadableOutcome, type CellOutcome, type Executor, type GridContext } from '../executor.js';
import { submitCells, type ClaimedCell, type SubmitOptions } from './submit.js';

interface SlurmExecutorOptions extends Omit<SubmitOptions, 'now' | 'print'> {
  readonly lookup: JobLookup;
  /** Milliseconds between queries of the queue. */
  readonly pollMilliseconds: number;
  /** Whether to only submit the cells and leave them in the queue. */
  readonly detach: boolean;
}

/** The last state of a cell's job seen by a command. */
interface Followed {
  readonly name: string;
  readonly phase: 'queued' | 'running';
}

/** Follows the Slurm jobs of a grid's cells for one command. */
function follower(options: SlurmExecutorOptions, { now, events }: GridContext) {
  const { lookup } = options;
  const outcomes = new Map<StoredCell, CellOutcome>();
  const followed = new Map<StoredCell, Followed>();
  const elsewhere = new Map<StoredCell, string>();

  const finish = (outcome: CellOutcome, before: boolean): void => {
    outcomes.set(outcome.cell, outcome);
    if (before && outcome.end.state === 'done') events.found(outcome.cell);
    else events.ended(outcome);
  };
  const follow = (cell: StoredCell, { name, phase }: Followed): void => {
    const before = followed.get(cell);
    followed.set(cell, { name, phase });
    if (before?.phase === phase) return;
    if (phase === 'running') events.started(cell, name);
    else if (before !== undefined) events.requeued(cell, name);
    else events.message(`queued  ${cell.name}, job ${name}`);
  };

  /** Checks a cell. `claimed`: to be submitted. `uncertain`: it seems to have ended, which is not certain yet. */
  const visit = async (cell: StoredCell): Promise<{ claimed?: ClaimedCell; uncertain?: boolean }> => {
    const mine = followed.get(cell);
    // An unreadable record is reported when the cell is claimed.
    const record = await readCell(cell.folder).catch(() => undefined);
    const job = record?.state === 'queued' ? record.job : undefined;
    const look = job && (await lookup(cell.folder, job));
    const written = isFile(runFolder(cell.folder).summary);
    if (look !== undefined && look.phase !== 'ended' && !written) {
      if (look.uncertain === true) return { uncertain: true };
      follow(cell, look);
      return {};
    }
    if (look?.phase === 'ended' && !written) {
      await recordJobEnd(cell.folder, job!, look.end, now);
      if (mine !== undefined) {
        finish({ cell, end: look.end }, false);
        return {};
      }
      events.message(`${look.end.state.padEnd(7)} ${cell.name}: ${look.end.reason}`);
    } else if (mine !== undefined && !written && (record?.state === 'failed' || record?.state === 'stopped')) {
      // Another command has recorded the end of the followed job.
      finish({ cell, end: { state: record.state, reason: record.reason ?? 'no reason is recorded' } }, false);
      return {};
    }
    const attempt = await claimCell(cell, now, lookup);
    if ('claim' in attempt) return { claimed: { cell, claim: attempt.claim } };
    if (attempt.state === 'done') finish(await outcomeOf(cell, { state: 'done' }), mine === undefined);
    else if (attempt.state === 'unreadable') finish(unreadableOutcome(cell, attempt.error), false);
    else if (mine === undefined && !elsewhere.has(cell)) events.elsewhere(cell, attempt.holder);
    if (attempt.state === 'busy') elsewhere.set(cell, attempt.holder);
    return {};
  };

  /** Sets the outcome of cells that are still queued or run elsewhere. */
  const leave = (cells: readonly StoredCell[]): void => {
    for (const cell of cells) {
      const job = followed.get(cell)?.name ?? elsewhere.get(cell);
      if (job !== undefined && !outcomes.has(cell)) outcomes.set(cell, { cell, end: { state: 'queued', job } });
    }
  };
  return { outcomes, followed, visit, leave };
}

/**
 * Creates the executor for `--executor slurm`. The jobs belong to Slurm: a stopped or killed command leaves them in
 * the queue, and the next command finds them again. The outcome of a cell is the end of the job that this command has
 * followed; a cell whose job had ended before without being done is submitted again.
 */
export function slurmExecutor(options: SlurmExecutorOptions): Executor {
  return {
    async run(cells, context) {
      const { now, stop, events } = context;
      const { outcomes, followed, visit, leave } = follower(options, context);
      for (;;) {
        const claimed: ClaimedCell[] = [];
        let uncertain = false;
        try {
          for (const cell of cells) {
            if (outcomes.has(cell)) continue;
            const seen = await visit(cell);
            if (seen.claimed !== undefined) claimed.push(seen.claimed);
            uncertain ||= seen.uncertain === true;
          }
        } catch (error) {
          for (const { claim } of claimed) await claim.giveBack();
          throw error;
        }
        if (stop.aborted) for (const { claim } of claimed) await claim.giveBack();
        else {
          const submitted = await submitCells(claimed, { ...options, now, print: (line) => events.message(line) });
          for (const [cell, name] of submitted) followed.set(cell, { name, phase: 'queued' });
        }
        const open = cells.filter((cell) => !outcomes.has(cell));
        if (open.length === 0) return outcomes;
        if (stop.aborted || (options.detach && !uncertain)) {
          leave(open);
          return outcomes;
        }
        await setTimeout(options.pollMilliseconds, undefined, { signal: stop }).catch(() => undefined);
      }
    },
  };
}
