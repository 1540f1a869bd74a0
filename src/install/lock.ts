// One process at a time sets up an engine in a cache folder; the others wait for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { systemCode } from '../common/errors.js';

/** Runs `work` while holding the lock `file` on the existing folder `directory`. A dead holder's lock lapses after 15 s. */
export async function withLock<T>(
  directory: string,
  file: string,
  log: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  // A lock that is lost (the process was suspended, the folder deleted) is no reason to crash: each builds aside.
  const options = { lockfilePath: file, stale: 15_000, update: 3_000, onCompromised: () => undefined };
  let release: (() => Promise<void>) | undefined;
  for (let attempt = 0; release === undefined; attempt++) {
    try {
      release = await lock(directory, options);
    } catch (error) {
      if (systemCode(error) !== 'ELOCKED') throw error;
      if (attempt === 0) log('waiting for another process that is setting up the engine');
      await sleep(500);
    }
  }
  try {
    return await work();
  } finally {
    // A lock that was lost on the way (the process was suspended) has nothing left to release.
    await release().catch(() => undefined);
  }
}
