// Exclusive claims: one process per cell.
import { cannot } from '../../common/errors.js';
import { removeLeftovers, writeFileAtomically } from '../../common/files.js';
import { isFile, isFolder } from '../../config/find.js';
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

/** The claim of this process to a cell, until `end`, `release` or `giveBack`. */
export interface Claim {
  /** Records how the run ended and releases the cell. */
  end(how: CellEnd): Promise<void>;
  /** Records that the run is in a cluster's queue as `job`; the cell stays claimed. */
  queue(job: CellJob): Promise<void>;
  /** Releases the cell without changing its record. */
  release(): Promise<void>;
  /** Restores the record from before the claim and releases the cell. */
  giveBack(): Promise<void>;
}

/** A claim, or why there is none: the cell is done, a living process or job has it, or its record cannot be read. */
type ClaimAttempt =
  | { readonly claim: Claim }
  | { readonly state: 'done' }
  | { readonly state: 'busy'; readonly holder: string }
  | { readonly state: 'unreadable'; readonly error: unknown };

/** The error for a planned cell without a record. */
const recordGone = (folder: string): Error =>
  cannot('use the run', 'its cell.json was deleted or moved away after it was planned', {
    code: 'store/missing',
    place: folder,
    hint: 'the same command plans the run again',
  });

const lockCell = (folder: string, now: () => number) =>
  tryLock(claimPath(folder), thisProcess(), { now, startOf: processStart });

/**
 * Claims a cell that is not done and that no living process has, also after a process that died: records it as running
 * and writes its config.yaml. A cell in a cluster's queue is busy until `jobs` reports its end, and always without
 * `jobs`. Whether the summary of a done cell is usable is checked by `outcomeOf`, not here.
 * `now`: milliseconds since the epoch. Errors: files that cannot be written; a queue that cannot be queried.
 */
export async function claimCell(cell: StoredCell, now: () => number, jobs?: JobLookup): Promise<ClaimAttempt> {
  const { folder, config } = cell;
  // A folder that was deleted cannot be locked.
  if (!isFolder(folder)) return { state: 'unreadable', error: recordGone(folder) };
  const attempt = await lockCell(folder, now);
  if ('holder' in attempt) return { state: 'busy', holder: attempt.holder };
  const { lock } = attempt;
  try {
    // The process that started the run may be dead while the run is still alive.
    const holder = await runHolder(folder, now);
    if (holder !== undefined) {
      await lock.release();
      return { state: 'busy', holder };
    }
    await removeLeftovers(folder, 'cell.json').catch(() => undefined);
    let record: CellRecord | undefined;
    try {
      record = await readCell(folder);
      if (record === undefined) throw recordGone(folder);
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

/** Records earlier fingerprints in inputs.json, as the new config has another name for the folder of the images. */
async function keepEarlierSettings({ inputs: path }: RunFolder, earlier: readonly string[]): Promise<void> {
  const inputs = earlier.length === 0 ? undefined : await readInputs(path);
  if (inputs === undefined) return;
  const earlierSettings = [...new Set([...(inputs.earlierSettings ?? []), ...earlier])];
  await writeInputs(path, { ...inputs, earlierSettings });
}

/** Records how the job of a queued cell ended, unless the cell no longer belongs to that job or is claimed. */
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
