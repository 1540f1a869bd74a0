// The shell of everything that works in a run folder: its lock, its log, and the records that a run begins with.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, reasonOf } from '../common/errors.js';
import { writeFileAtomically } from '../common/files.js';
import {
  clearCheckpoints,
  continueFrom,
  loadNewestCheckpoint,
  openCheckpoints,
  type ExpectedRun,
  type LoadedCheckpoint,
} from '../records/checkpoints.js';
import { damagedBestCheckpoints } from '../records/damaged-checkpoints.js';
import { openLog } from '../records/log.js';
import { removeRunLeftovers, requireRunFolder } from '../records/ownership.js';
import { lockRunFolder, runFolder, type RunFolder } from '../records/run-folder.js';
import type { RunContext } from './run-context.js';

export interface OpenRunFolder {
  readonly paths: RunFolder;
  /** Keeps a line in log.txt. */
  readonly log: (line: string) => void;
  /** Prints a line, and keeps it. */
  readonly print: (line: string) => void;
}

/**
 * Works in a run folder, which it makes where missing, while other processes are kept out. What `work` throws is kept
 * in log.txt and thrown on, whatever becomes of the log and the lock. Errors: another living process works in the
 * folder; it holds files of somebody else's that a run would replace.
 */
export async function inRunFolder<T>(
  directory: string,
  { now, environment, stream }: Pick<RunContext, 'now' | 'environment' | 'stream'>,
  work: (folder: OpenRunFolder) => Promise<T>,
): Promise<T> {
  const paths = runFolder(directory);
  await requireRunFolder(paths);
  // A Slurm job that is queued again takes over its own lock: the environment says which job this is.
  const lock = await lockRunFolder(paths, now, environment, (line) => stream.write(`${line}\n`));
  try {
    const log = openLog(paths.log, now);
    const print = (line: string): void => {
      stream.write(`${line}\n`);
      log.write(line);
    };
    try {
      // One that cannot be deleted is in nobody's way.
      await removeRunLeftovers(paths).catch(() => undefined);
      return await work({ paths, log: log.write, print });
    } catch (error) {
      // A disk that is full, or gone, must not hide why the work ended.
      quietly(() => log.write(reasonOf(error)));
      throw error;
    } finally {
      quietly(() => log.close());
    }
  } finally {
    // A lock that cannot be deleted is taken over from this process once it is dead.
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
  /** Whether one resumes at all. */
  readonly resume: boolean;
  /** The files that a run which is complete has. */
  readonly results: readonly string[];
}

/**
 * The checkpoint that a run resumes from, with a warning for each newer one and for the best one that is damaged.
 * Errors: there is none, and the folder has the results of a run that would be lost.
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
  /** The text of config.yaml. */
  readonly config: string;
  /** Where the run resumes from; otherwise all checkpoints go. */
  readonly checkpoint: LoadedCheckpoint | undefined;
  readonly keepCheckpoints: number;
  /** Files of the run folder that also go where a run starts over. */
  readonly outdated: readonly string[];
}

/** Makes a folder that of this run. Call it once all that can be refused has been: what an earlier run left may go. */
export async function writeFirstRecords({ paths }: OpenRunFolder, records: FirstRecords): Promise<void> {
  const { checkpoint } = records;
  await openCheckpoints(paths.checkpoints);
  if (checkpoint === undefined) {
    // Results first: a run that is killed here has none without a checkpoint.
    for (const name of records.outdated) await rm(join(paths.root, name), { force: true });
    await clearCheckpoints(paths.checkpoints);
  } else {
    await continueFrom(paths.checkpoints, checkpoint, records.keepCheckpoints);
  }
  await writeFileAtomically(paths.config, records.config);
}
