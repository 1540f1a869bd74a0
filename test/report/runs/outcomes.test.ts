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
  expect(seedsText(experiment.runs)).toBe('1 seed; seed 2 to epoch 20 of 20, thin');
});

test('of two runs of a seed the one that is done is taken', async ({ folder }) => {
  const [first, second] = ['a', 'b'].map((name) => join(folder, name));
  makeStoredRun(first, { row: 'basic', error: 40, state: 'failed', reason: 'no space left' });
  makeStoredRun(second, { row: 'basic', error: 20 });
  const [{ experiment, leftOut }] = await outcomesIn(first, second);
  expect(experiment.runs.map(({ store }) => store)).toEqual([second]);
  expect(leftOut).toEqual([]);
});
