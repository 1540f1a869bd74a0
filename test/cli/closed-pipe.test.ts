// A reader that closes the pipe, as in `isda … | head -1`: the command finishes without a stack trace.
import { expect } from 'vitest';
import { startIsda } from '../support/process.js';
import { test } from '../temporary-folder.js';

test('does not fail if stdout is closed', async ({ folder }) => {
  const child = startIsda(folder, ['config', 'schema']);
  child.stdout.destroy();
  const { exitCode, stderr } = await child;
  expect([exitCode, stderr]).toEqual([0, '']);
});
