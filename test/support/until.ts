// Waits for a condition without a time limit other than that of the test.
import { setTimeout } from 'node:timers/promises';

/** Resolves once the condition holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(5);
}
