// Holds a process where a test wants it: it tells its process id, and goes on once it is let go.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** The longest that a process is held: the time limit of a test. */
const limitMs = 600_000;

/**
 * Blocks the thread, as a step does: signals that come are seen only after the step that follows. A process whose test
 * has failed, and has deleted its folder, is killed: nobody else ends the run of a grid that was killed.
 */
export function waitForGo(folder) {
  writeFileSync(`${folder}/pid.part`, String(process.pid));
  renameSync(`${folder}/pid.part`, `${folder}/pid`);
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const end = performance.now() + limitMs;
  while (!existsSync(`${folder}/go`)) {
    if (!existsSync(folder) || performance.now() > end) process.kill(process.pid, 'SIGKILL');
    Atomics.wait(clock, 0, 0, 5);
  }
}
