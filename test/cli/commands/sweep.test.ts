// `isda sweep` in real processes: what it chooses where runs fail.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { heldDataset, signalHeld, startHeld } from '../../support/held.js';
import { runIsda } from '../../support/process.js';
import { test } from '../../temporary-folder.js';

/** One epoch of 3 steps a run, executed eagerly: so few are not worth their graphs. */
const training = { epochs: 1, batchSize: 12, evaluationBatchSize: 12, workers: 0, execution: 'eager' };
const sets = { dataset: { ...heldDataset({ train: 48, test: 12 }), subset: 36 }, training };
const sweep = (key: string, values: string): string[] => [
  ...[
    'sweep',
    key,
    '--values',
    values,
    '--holdout',
    '12',
    '--final-seeds',
    '1',
    '--config',
    'tiny-isda',
    '--out',
    'out',
  ],
  ...Object.entries(sets).flatMap(([name, value]) => ['--set', `${name}=${JSON.stringify(value)}`]),
];

/** What sweep.json holds of the choice. */
const chosenIn = (folder: string): unknown =>
  (JSON.parse(readFileSync(join(folder, 'out', 'sweep.json'), 'utf8')) as { chosen?: { name: string } }).chosen?.name;

test('chooses nothing while a run was killed, and the same command chooses', async ({ folder }) => {
  const args = sweep('lambda0', '0.1,0.5');
  const held = await startHeld(folder, args, { run: 'lambda0-0.1', image: 1 });
  const killed = await signalHeld(held, 'SIGKILL');
  expect(killed.exitCode, killed.all).toBe(1);
  expect(killed.stdout).toContain(
    'no value is chosen: tiny-isda-lambda0-0.1-seed1 ended without an error message, as a killed process does\n',
  );
  expect(killed.stderr).toContain('tiny-isda-lambda0-0.1-seed1: killed (SIGKILL), perhaps out of memory');
  expect([chosenIn(folder), existsSync(join(folder, 'out', 'outcomes.csv'))]).toEqual([undefined, false]);
  const again = await runIsda(folder, args);
  expect(again.exitCode, again.all).toBe(0);
  expect(chosenIn(folder)).toMatch(/^lambda0-0\.[15]$/);
  expect(existsSync(join(folder, 'out', 'outcomes.csv'))).toBe(true);
});

test('a value whose run failed by an error of its own does not count', async ({ folder }) => {
  const failed = await runIsda(folder, sweep('optimizer.learningRate', '0.1,1e38'));
  expect(failed.exitCode, failed.all).toBe(1);
  expect(failed.stderr).toContain('tiny-isda-learningRate-1e-38-seed1: cannot continue training: train_loss is NaN');
  expect(chosenIn(folder)).toBe('learningRate-0.1');
});
