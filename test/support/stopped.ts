// Expectations for a run that a signal has stopped.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { IsdaOutcome } from './process.js';

/**
 * Expects that `isda train` in the folder `run` wrote a checkpoint and said so, and that the folder has no file that
 * only a running or finished run has.
 */
export function expectStopped(stopped: IsdaOutcome, signal: NodeJS.Signals, run: string): void {
  expect(stopped.exitCode, stopped.all).toBe(75);
  expect(stopped.stderr).toBe(
    [`stopped by ${signal}: a checkpoint is written`, `  ${run}`, '  hint: the same command resumes the run'].join(
      '\n',
    ),
  );
  expect(stopped.stdout.split('\n').at(-1)).toBe(`${signal}: writing a checkpoint`);
  expect(existsSync(join(run, '.lock'))).toBe(false);
  expect(existsSync(join(run, 'summary.json'))).toBe(false);
}
