// Lock of the engine's installation: one process per cache folder; the others wait.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../common/home.js';
import { processStart, thisProcess, tryLock } from '../common/lock.js';

interface SetupLock {
  /** The lock file. */
  readonly file: string;
  readonly environment: Environment;
  /** Called with each line of progress. */
  readonly log: (line: string) => void;
}

const pollMilliseconds = 500;

/** Runs `work` while holding a lock file; waits for a living holder, takes over from a dead one. */
export async function withLock<T>({ file, environment, log }: SetupLock, work: () => Promise<T>): Promise<T> {
  const context = { now: Date.now, startOf: processStart };
  const take = () => tryLock(file, thisProcess(environment), context);
  let attempt = await take();
  if ('holder' in attempt) log(`waiting for ${attempt.holder}, which is setting up the engine`);
  for (; 'holder' in attempt; attempt = await take()) await sleep(pollMilliseconds);
  try {
    return await work();
  } finally {
    // Not an error: the work is done, and a later process takes over the lock file.
    await attempt.lock.release().catch(() => undefined);
  }
}
