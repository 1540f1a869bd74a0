// Opens a run folder for work: its lock, its log, and the first records of a run.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, reasonOf } from '../common/errors.js';
import { writeFileAtomically } from '../common/files.js';
import type { RunLock } from '../common/lock.js';
import {
  clearCheckpoints,
  continueFrom,
  loadNewestCheckpoint,
  openCheckpoints,
  type ExpectedRun,
  type LoadedCheckpoint,
} from '../records/checkpoints.js';
import { damagedBestCheckpoints } from '../records/damaged-checkpoints.js';
import { writeInputs, type RunInputs } from '../records/inputs.js';
import { openLog } from '../records/log.js';
import { removeRunLeftovers, requireRunFolder } from '../records/ownership.js';
import { lockRunFolder, runFolder, type RunFolder } from '../records/run-folder.js';
import type { RunContext } from './run-context.js';

export interface OpenRunFolder {
  readonly paths: RunFolder;
  /** Writes a line to log.txt. */
  readonly log: (line: string) => void;
  /** Prints a line and writes it to log.txt. */
  readonly print: (line: string) => void;
  /** Of the folder's lock: if another process has taken it over, its checkpoints must not be deleted. */
  readonly requireHeld: RunLock['requireHeld'];
  readonly requireUnbroken: RunLock['requireUnbroken'];
}

/**
 * Calls `work` with a run folder, which is created if missing and locked against other processes. Errors of `work` are
 * logged in log.txt and rethrown, even if the log or the lock fails. Other errors: another living process works in the
 * folder; it contains files of other origin that a run would replace.
 */
export async function inRunFolder<T>(
  directory: string,
  { now, environment, stream }: Pick<RunContext, 'now' | 'environment' | 'stream'>,
  work: (folder: OpenRunFolder) => Promise<T>,
): Promise<T> {
  const paths = runFolder(directory);
  await requireRunFolder(paths);
  // A requeued Slurm job takes over its own lock: the environment identifies the job.
  const lock = await lockRunFolder(paths, now, environment, (line) => stream.write(`${line}\n`));
  try {
    const log = openLog(paths.log, now);
    const print = (line: string): void => {
      stream.write(`${line}\n`);
      log.write(line);
    };
    try {
      // Leftovers that cannot be deleted do no harm.
      await removeRunLeftovers(paths).catch(() => undefined);
      const { requireHeld, requireUnbroken } = lock;
      return await work({ paths, log: log.write, print, requireHeld, requireUnbroken });
    } catch (error) {
      // A full or missing disk must not hide the original error.
      quietly(() => log.write(reasonOf(error)));
      throw error;
    } finally {
      quietly(() => log.close());
    }
  } finally {
    // Another process takes over a lock that cannot be deleted once this process is dead.
    await lock.release().catch(() => undefined);
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // Ignored: the work that needed it has ended.
  }
}

interface ResumedRun extends ExpectedRun {
  /** Whether to resume. */
  readonly resume: boolean;
  /** The files of a completed run. */
  readonly results: readonly string[];
}

/**
 * Returns the checkpoint that a run resumes from, and prints a warning for each damaged newer checkpoint and for a
 * damaged best one. Errors: there is no checkpoint, but the folder has results of a run that would be lost.
 */
export async function resumedCheckpoint(
  { paths, print }: OpenRunFolder,
  { resume, results, ...expected }: ResumedRun,
): Promise<LoadedCheckpoint | undefined> {
  if (!resume) return undefined;
  const checkpoint = await loadNewestCheckpoint(paths.checkpoints, expected);
  if (checkpoint === undefined) {
    const result = results.find((path) => existsSync(path));
    if (result === undefined) return undefined;
    throw cannot('train', 'the run folder has the results of an earlier run, and no checkpoint to resume from', {
      code: 'run/exists',
      place: result,
      hint: 'choose another folder with --out; --no-resume starts over, and these results are lost',
    });
  }
  const warnings = [...checkpoint.warnings, ...(await damagedBestCheckpoints(paths.checkpoints, checkpoint))];
  for (const warning of warnings) print(`warning: ${warning}`);
  return checkpoint;
}

interface FirstRecords {
  /** Content of inputs.json. */
  readonly inputs: RunInputs;
  /** Content of config.yaml. */
  readonly config: string;
  /** The checkpoint that the run resumes from; if undefined, all checkpoints are deleted. */
  readonly checkpoint: LoadedCheckpoint | undefined;
  readonly keepCheckpoints: number;
  /** Files of the run folder that are also deleted when a run starts over. */
  readonly outdated: readonly string[];
}

/**
 * Writes the first records of a run. Call it after all checks: it may delete files of an earlier run. Errors: another
 * process may have used the folder since it was locked, as while this one was suspended.
 */
export async function writeFirstRecords(
  { paths, requireUnbroken }: OpenRunFolder,
  records: FirstRecords,
): Promise<void> {
  const { checkpoint } = records;
  await requireUnbroken();
  // Written before config.yaml: checkpoints of earlier settings must always be recognized as those of the run.
  await writeInputs(paths.inputs, records.inputs);
  await openCheckpoints(paths.checkpoints);
  if (checkpoint === undefined) {
    // Results are deleted first, so that a run killed here has no results without a checkpoint.
    for (const name of records.outdated) await rm(join(paths.root, name), { force: true });
    await clearCheckpoints(paths.checkpoints);
  } else {
    await continueFrom(paths.checkpoints, checkpoint, records.keepCheckpoints);
  }
  await writeFileAtomically(paths.config, records.config);
}
