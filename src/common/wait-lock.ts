// Waits for a lock: work that one process does while the others wait.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from './home.js';
import { processStart, thisProcess, tryLock } from './lock.js';

interface WaitLock {
  /** The lock file. */
  readonly file: string;
  /** Tells whether this process belongs to a Slurm job. */
  readonly environment?: Environment;
  /** Called once with the name of the living holder, if there is one. */
  readonly onWait: (holder: string) => void;
}

const pollMilliseconds = 500;

/** Runs `work` while holding a lock file; waits for a living holder, takes over from a dead one. */
export async function withLock<T>({ file, environment, onWait }: WaitLock, work: () => Promise<T>): Promise<T> {
  const context = { now: Date.now, startOf: processStart };
  const take = () => tryLock(file, thisProcess(environment), context);
  let attempt = await take();
  if ('holder' in attempt) onWait(attempt.holder);
  for (; 'holder' in attempt; attempt = await take()) await sleep(pollMilliseconds);
  try {
    return await work();
  } finally {
    // Not an error: the work is done, and a later process takes over the lock file.
    await attempt.lock.release().catch(() => undefined);
  }
}
