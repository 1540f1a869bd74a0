// Results of stored runs: the same runs count as done as in tables and studies.
import { join } from 'node:path';
import { expect } from 'vitest';
import { readStoredRuns } from '../../../src/grids/store/runs.js';
import { seedsText } from '../../../src/report/runs/average.js';
import { groupOutcomes } from '../../../src/report/runs/outcomes.js';
import { recordedRuns } from '../../../src/report/runs/recorded-runs.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const outcomesIn = async (...stores: readonly string[]) => {
  const { runs } = await recordedRuns(await readStoredRuns(stores, () => 0));
  return groupOutcomes(runs).flatMap(({ outcomes }) => outcomes);
};

test('a run that failed after its last epoch is in no mean', async ({ folder }) => {
  makeStoredRun(folder, { row: 'basic', seed: 1 });
  makeStoredRun(folder, { row: 'basic', seed: 2, error: 40, state: 'failed', reason: 'no space left' });
  const [{ seeds, last10, experiment, failed }] = await outcomesIn(folder);
  expect(seeds).toEqual([1]);
  expect(failed).toEqual([{ seed: 2, reason: 'no space left' }]);
  expect(last10?.std).toBeUndefined();
  expect(seedsText(experiment.runs)).toBe('1 seed; seed 2 failed after epoch 20 of 20, thin');
});

test('runs are compared by seed, whichever are missing', async ({ folder }) => {
  for (const [seed, error] of [[1, 20], [2, 30], [3, 45]] as const) makeStoredRun(folder, { row: 'basic', seed, error }); // prettier-ignore
  for (const [seed, error] of [[2, 29], [3, 40], [4, 90]] as const) makeStoredRun(folder, { row: 'isda', seed, error, config: { loss: { name: 'isda' } } }); // prettier-ignore
  const [basic, isda] = await outcomesIn(folder);
  expect(isda.seeds).toEqual([2, 3, 4]);
  const differences = [2, 3].map((seed) => isda.bySeed.get(seed)! - basic.bySeed.get(seed)!);
  expect(isda.comparison?.paired).toMatchObject({ pairs: 2, mean: (differences[0] + differences[1]) / 2 });
  // The mean over ten epochs of errors that fall from 90 to `error` as (1 - epoch / 19) to the fourth.
  const weight = 1 - [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].reduce((sum, left) => sum + (left / 19) ** 4, 0) / 10;
  expect(isda.comparison?.paired?.mean).toBeCloseTo(((29 - 30 + 40 - 45) / 2) * weight, 10);
});

test('of two runs of a seed that have not ended the one with more epochs is taken', async ({ folder }) => {
  const [first, second] = ['a', 'b'].map((name) => join(folder, name));
  makeStoredRun(first, { row: 'basic', epochs: 5, state: 'stopped' });
  makeStoredRun(second, { row: 'basic', epochs: 9, state: 'stopped' });
  const [{ seeds, experiment, leftOut }] = await outcomesIn(first, second);
  expect(experiment.runs.map(({ store }) => store)).toEqual([second]);
  expect([seeds, leftOut]).toEqual([[], []]);
});

test('of two runs of a seed the one that is done is taken', async ({ folder }) => {
  const [first, second] = ['a', 'b'].map((name) => join(folder, name));
  makeStoredRun(first, { row: 'basic', error: 40, state: 'failed', reason: 'no space left' });
  makeStoredRun(second, { row: 'basic', error: 20 });
  const [{ experiment, leftOut }] = await outcomesIn(first, second);
  expect(experiment.runs.map(({ store }) => store)).toEqual([second]);
  expect(leftOut).toEqual([]);
});
