// Grids and plans in a store with runs on other images, from a folder with the same name or another.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { synthesize } from '../../../src/data/datasets/synthetic/synthesize.js';
import { runCli } from '../../support/cli.js';
import { makeData } from '../../support/runs.js';
import { test } from '../../temporary-folder.js';

const changes = [
  'dataset.subset=16',
  'dataset.testSubset=8',
  'training.epochs=1',
  'training.batchSize=8',
  'training.execution=eager',
];
const asked = [
  ...['--config', 'tiny-isda', '--variant', 'isda', '--seeds', '1', '--json'],
  ...changes.flatMap((change) => ['--set', change]),
];

/** What `isda ablate` says of its only run; with more words, what it would run, or how long that takes. */
async function ablate(folder: string, command: readonly string[], ...more: readonly string[]) {
  const { code, stdout, stderr } = await runCli(folder, [...command, ...asked, ...more], {
    ...process.env,
    ISDA_DATA: 'data',
  });
  expect(code, stderr).toBe(0);
  const { runs, rows } = JSON.parse(stdout) as { runs: { name: string; state: string }[]; rows: { done: number }[] };
  return { ...runs?.[0], done: rows?.[0].done };
}

test('counts a run on other images as a different run of a grid', async ({ folder }) => {
  await makeData(folder, 32);
  const first = await ablate(folder, ['ablate']);
  expect(first).toMatchObject({ name: 'tiny-isda-isda-seed1', state: 'done' });
  expect(await ablate(folder, ['ablate'], '--dry-run')).toMatchObject({ name: first.name, state: 'done' });
  expect(await ablate(folder, ['plan', 'ablate'], '--steps', '1')).toMatchObject({ done: 1 });
  renameSync(join(folder, 'data'), join(folder, 'first'));
  await synthesize({ name: 'cifar10', train: 32, test: 32, classes: 10, seed: 5 }, join(folder, 'data'));
  expect(await ablate(folder, ['ablate'], '--dry-run')).toMatchObject({ state: 'planned' });
  expect(await ablate(folder, ['plan', 'ablate'], '--steps', '1')).toMatchObject({ done: 0 });
  const second = await ablate(folder, ['ablate']);
  expect(second).toMatchObject({ name: expect.stringMatching(/^tiny-isda-isda-seed1-[0-9a-f]{8}$/) as string });
  expect(second.state).toBe('done');
  // The store has both runs, each for its images.
  expect(await ablate(folder, ['ablate'], '--dry-run')).toMatchObject({ name: second.name, state: 'done' });
  renameSync(join(folder, 'data'), join(folder, 'second'));
  renameSync(join(folder, 'first'), join(folder, 'data'));
  expect(await ablate(folder, ['ablate'], '--dry-run')).toMatchObject({ name: first.name, state: 'done' });
});
