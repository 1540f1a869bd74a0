// A reader that goes away, as in `isda … | head -1`: the command comes to its end, without a stack.
import { expect } from 'vitest';
import { startIsda } from '../support/process.js';
import { test } from '../temporary-folder.js';

test('a closed stdout is no failure', async ({ folder }) => {
  const child = startIsda(folder, ['config', 'schema']);
  child.stdout.destroy();
  const { exitCode, stderr } = await child;
  expect([exitCode, stderr]).toEqual([0, '']);
});
