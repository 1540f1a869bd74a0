// Exclusive claims: one process per cell.
import { removeLeftovers, writeFileAtomically } from '../../common/files.js';
import { isFile } from '../../config/find.js';
import { printConfig } from '../../config/print.js';
import { processStart, thisProcess, tryLock } from '../../common/lock.js';
import { readInputs, writeInputs } from '../../records/inputs.js';
import { runFolder, type RunFolder } from '../../records/run-folder.js';
import { readCell, writeCell, type CellJob, type CellRecord } from './cell.js';
import type { JobEnd, JobLookup } from './job.js';
import { claimPath, presentState, runHolder } from './view.js';
import type { StoredCell } from './store.js';

/** How the run of a cell ended. `reason`: one line. */
export type CellEnd =
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'stopped'; readonly reason: string };

/** A cell that belongs to this process until `end`, `release` or `giveBack`. */
export interface Claim {
  /** Records how the run ended and lets the cell go. */
  end(how: CellEnd): Promise<void>;
  /** Records that the run is a cluster's, as which job; the cell still belongs to this process. */
  queue(job: CellJob): Promise<void>;
  /** Lets the cell go as it is recorded. */
  release(): Promise<void>;
  /** Lets the cell go as it was before the claim. */
  giveBack(): Promise<void>;
}

/** A claim, or why there is none: the cell is done, somebody alive is at it, or its record cannot be read. */
type ClaimAttempt =
  | { readonly claim: Claim }
  | { readonly state: 'done' }
  | { readonly state: 'busy'; readonly holder: string }
  | { readonly state: 'unreadable'; readonly error: unknown };

const lockCell = (folder: string, now: () => number) =>
  tryLock(claimPath(folder), thisProcess(), { now, startOf: processStart });

/**
 * Takes a cell that is not done and that nobody is at, also from a process that died: records it as running and writes
 * its config.yaml. A cell in a cluster's queue is busy as long as `jobs` says so, and always without it. That the
 * summary of one that is done can be used is for `outcomeOf` to tell.
 * `now`: milliseconds since the epoch. Errors: files that cannot be written; a queue that cannot be asked.
 */
export async function claimCell(cell: StoredCell, now: () => number, jobs?: JobLookup): Promise<ClaimAttempt> {
  const { folder, config } = cell;
  const attempt = await lockCell(folder, now);
  if ('holder' in attempt) return { state: 'busy', holder: attempt.holder };
  const { lock } = attempt;
  try {
    // Who started the run may be dead while the run lives on.
    const holder = await runHolder(folder, now);
    if (holder !== undefined) {
      await lock.release();
      return { state: 'busy', holder };
    }
    await removeLeftovers(folder, 'cell.json').catch(() => undefined);
    let record: CellRecord;
    try {
      record = (await readCell(folder))!;
    } catch (error) {
      await lock.release();
      return { state: 'unreadable', error };
    }
    const at = (): string => new Date(now()).toISOString();
    const state = presentState(record, false, isFile(runFolder(folder).summary));
    if (state === 'done') {
      if (record.state !== 'done') await writeCell(folder, { ...record, state, reason: undefined, since: at() });
      await lock.release();
      return { state };
    }
    const job = record.state === 'queued' ? record.job : undefined;
    const look = job && (await jobs?.(folder, job));
    if (job !== undefined && look?.phase !== 'ended') {
      await lock.release();
      return { state: 'busy', holder: look === undefined ? `job ${job.submission}` : `job ${look.name}` };
    }
    const begun = { ...record, reason: undefined, job: undefined, attempts: record.attempts + 1 };
    await keepEarlierSettings(runFolder(folder), cell.earlier ?? []);
    await writeFileAtomically(runFolder(folder).config, printConfig(config));
    await writeCell(folder, { ...begun, state: 'running', since: at() });
    const end = async (how: CellEnd): Promise<void> => {
      await writeCell(folder, { ...begun, ...how, since: at() });
      await lock.release();
    };
    const queue = (queued: CellJob): Promise<void> =>
      writeCell(folder, { ...begun, state: 'queued', job: queued, since: at() });
    const giveBack = async (): Promise<void> => {
      await writeCell(folder, { ...record, state: state === 'running' ? 'stopped' : state });
      await lock.release();
    };
    return { claim: { end, queue, release: () => lock.release(), giveBack } };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Its checkpoints stay known as the run's own where its config is about to name the folder of its images otherwise. */
async function keepEarlierSettings({ inputs: path }: RunFolder, earlier: readonly string[]): Promise<void> {
  const inputs = earlier.length === 0 ? undefined : await readInputs(path);
  if (inputs === undefined) return;
  const earlierSettings = [...new Set([...(inputs.earlierSettings ?? []), ...earlier])];
  await writeInputs(path, { ...inputs, earlierSettings });
}

/** Records how the job of a queued cell ended, unless the cell is that job's no more or somebody else is at it. */
export async function recordJobEnd(folder: string, job: CellJob, how: JobEnd, now: () => number): Promise<void> {
  const attempt = await lockCell(folder, now);
  if ('holder' in attempt) return;
  try {
    const record = await readCell(folder);
    if (record?.state !== 'queued' || record.job?.submission !== job.submission) return;
    await writeCell(folder, { ...record, ...how, since: new Date(now()).toISOString() });
  } finally {
    await attempt.lock.release();
  }
}
