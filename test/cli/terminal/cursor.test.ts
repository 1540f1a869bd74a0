// TERM=dumb: lines instead of bars, and no control sequences.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { projectRoot } from '../../config/support.js';
import { runCli } from '../../support/cli.js';
import { test } from '../../temporary-folder.js';

const config = ['--config', join(projectRoot, 'examples/own-data.yaml'), '--set', 'training.workers=0'];

describe('TERM=dumb', () => {
  test('prints the progress of a walk over a folder as lines', async ({ folder }) => {
    const { code, stderr } = await runCli(folder, ['data', 'statistics', ...config], { TERM: 'dumb' }, 80);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^100 % \(\d+ of \d+ images\)$/m);
    expect(stderr).not.toContain('\u001b');
  });

  test('prints the progress of a run as lines', async ({ folder }) => {
    const words = ['train', ...config, '--set', 'training.epochs=1', '--out', join(folder, 'run')];
    const { code, stdout, stderr } = await runCli(folder, words, { ...process.env, TERM: 'dumb' }, 80);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^epoch 1\/1 /m);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('fits tables to the width of the terminal', async ({ folder }) => {
    const { stdout } = await runCli(folder, ['losses'], { TERM: 'dumb' }, 50);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(50);
  });
});
