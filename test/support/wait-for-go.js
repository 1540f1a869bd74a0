// Holds a process where a test wants it: it tells its process id, and goes on once it is let go.
import { existsSync, renameSync, writeFileSync } from 'node:fs';

/** Blocks the thread, as a step does: signals that come are seen only after the step that follows. */
export function waitForGo(folder) {
  writeFileSync(`${folder}/pid.part`, String(process.pid));
  renameSync(`${folder}/pid.part`, `${folder}/pid`);
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(`${folder}/go`)) Atomics.wait(clock, 0, 0, 5);
}
