// Paths of the files in a run folder.
import { join } from 'node:path';
import { makeFolder } from '../common/files.js';
import type { Environment } from '../common/home.js';
import { processStart, takeLock, thisProcess, watchMilliseconds, type RunLock } from '../common/lock.js';

export interface RunFolder {
  readonly root: string;
  /** The resolved config. */
  readonly config: string;
  readonly environment: string;
  /** The images and initial weights of the run. */
  readonly inputs: string;
  readonly metrics: string;
  readonly summary: string;
  /** The folder of checkpoints. */
  readonly checkpoints: string;
  readonly log: string;
  readonly lock: string;
}

/** Returns the paths of a run folder; nothing is read or created. TensorBoard's files are in `root`. */
export function runFolder(root: string): RunFolder {
  return {
    root,
    config: join(root, 'config.yaml'),
    environment: join(root, 'environment.json'),
    inputs: join(root, 'inputs.json'),
    metrics: join(root, 'metrics.csv'),
    summary: join(root, 'summary.json'),
    checkpoints: join(root, 'checkpoints'),
    log: join(root, 'log.txt'),
    lock: join(root, '.lock'),
  };
}

/**
 * Creates the folder where missing and keeps other runs out of it until `release`. Lock it before anything in it is
 * read. `environment`: of this process, which may be a Slurm job's. Errors: another living process holds it; the folder
 * cannot be created.
 */
export async function lockRunFolder(
  folder: RunFolder,
  now: () => number,
  environment: Environment = {},
  print: (line: string) => void = () => undefined,
): Promise<RunLock> {
  await makeFolder(folder.root);
  const begins = (holder: string): void =>
    print(
      `the lock of ${holder} is old: this process takes it over unless it is updated within ${watchMilliseconds / 1000} s`,
    );
  const watch = { milliseconds: watchMilliseconds, begins };
  return takeLock(folder.lock, thisProcess(environment), { now, startOf: processStart, watch });
}
