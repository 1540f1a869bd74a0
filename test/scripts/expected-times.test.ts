// The expected times in the opening lines of the configs are those that the script writes.
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../config/support.js';

it('are up to date in every config (node scripts/expected-times.mjs writes them)', { timeout: 120_000 }, async () => {
  const script = join(projectRoot, 'scripts', 'expected-times.mjs');
  const { stdout, stderr, exitCode } = await execa(process.execPath, [script, '--check'], { reject: false });
  expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
});
