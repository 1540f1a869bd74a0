// Waiting for what a test knows will come, however long the machine takes; the test's own time limit ends the wait.
import { setTimeout } from 'node:timers/promises';

/** Resolves once the condition holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(5);
}
