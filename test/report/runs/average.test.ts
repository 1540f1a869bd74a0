// The mean curve of the runs of an experiment, its band, and the runs beside it.
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../../src/config/schema.js';
import { averagedSeries, seedsText } from '../../../src/report/runs/average.js';
import type { RecordedRun } from '../../../src/report/runs/recorded-runs.js';

/** A run of three epochs with these test errors; undefined for an epoch that was not evaluated. */
function run(seed: number, errors: readonly (number | undefined)[], state: RecordedRun['state'] = 'done'): RecordedRun {
  const name = `r${seed}`;
  return {
    ...{ store: '/s', name, folder: `/s/${name}`, row: 'a', ofGrid: true, fingerprint: '', state },
    config: experimentSchema.parse({ experiment: 'x', training: { seed, epochs: 3 } }),
    rows: errors.map((testError, index) => ({
      ...{ epoch: index + 1, iteration: index + 1, learningRate: 0.1, lambda: 0, trainLoss: 1, trainError: 5 * seed },
      ...{ testLoss: testError === undefined ? undefined : 1, testError, seconds: 1, imagesPerSecond: 1 },
    })),
  };
}

describe('averagedSeries', () => {
  it('is the mean of the complete runs, with a band of the sample standard deviation', () => {
    const runs = [run(1, [60, 40, 20]), run(2, [63, 46, 24]), run(3, [72, 52, 25])];
    const deviation = (values: readonly number[]) => Math.sqrt(values.reduce((sum, each) => sum + each ** 2, 0) / 2);
    const spread = [deviation([5, 2, 7]), deviation([6, 0, 6]), deviation([3, 1, 2])];
    const means = [65, 46, 23];
    expect(averagedSeries(runs, 'testError')).toEqual({
      points: means.map((mean, index) => [index + 1, mean]),
      band: means.map((mean, index) => ({
        x: index + 1,
        low: expect.closeTo(mean - spread[index], 10) as number,
        high: expect.closeTo(mean + spread[index], 10) as number,
      })),
      bandOf: 'deviation',
      thin: [],
    });
    expect(averagedSeries(runs, 'trainError')?.points).toEqual([1, 2, 3].map((epoch) => [epoch, 10]));
  });
  it('has a band from one of two runs to the other, and none of one run', () => {
    const two = averagedSeries([run(1, [60, 40, 20]), run(2, [50, 44, 24])], 'testError');
    expect(two?.band).toEqual([[50, 60], [40, 44], [20, 24]].map(([low, high], index) => ({ x: index + 1, low, high }))); // prettier-ignore
    expect(two?.bandOf).toBe('range');
    expect(averagedSeries([run(1, [60, 40, 20])], 'testError')).toMatchObject({
      ...{ points: [[1, 60], [2, 40], [3, 20]], band: [], thin: [] }, // prettier-ignore
    });
  });
  it('leaves runs that are not complete beside the mean', () => {
    const half = run(2, [10, 9], 'stopped');
    const failed = run(3, [10, 9, 8], 'failed');
    const found = averagedSeries([run(1, [60, 40, 20]), half, failed, run(4, [], 'planned')], 'testError');
    expect(found?.points).toEqual([[1, 60], [2, 40], [3, 20]]); // prettier-ignore
    expect(found?.thin).toEqual([[[1, 10], [2, 9]], [[1, 10], [2, 9], [3, 8]]]); // prettier-ignore
  });
  it('is the mean up to the last common epoch where no run is complete', () => {
    const found = averagedSeries([run(1, [60, 40], 'running'), run(2, [50], 'stopped')], 'testError');
    expect(found?.points).toEqual([[1, 55]]);
    expect(found?.thin).toEqual([[[1, 60], [2, 40]]]); // prettier-ignore
    expect(averagedSeries([run(1, [], 'planned')], 'testError')).toBeUndefined();
  });
  it('has no mean of an epoch that a run was not evaluated in', () => {
    const found = averagedSeries([run(1, [60, undefined, 20]), run(2, [50, 44, 24])], 'testError');
    expect(found?.points).toEqual([[1, 55], [3, 22]]); // prettier-ignore
  });
});

describe('seedsText', () => {
  it('names failed runs, also those without an epoch', () => {
    const complete = [run(1, [60, 40, 20]), run(2, [60, 40, 20])];
    expect(seedsText(complete)).toBe('2 seeds');
    const failed = [run(3, [], 'failed'), run(4, [60, 40], 'failed'), run(5, [60], 'failed')];
    expect(seedsText([...complete, ...failed, run(6, [60], 'running'), run(7, [], 'running')])).toBe(
      '2 seeds; seed 6 to epoch 1 of 3, thin; seeds 4, 5 failed after epoch 2, 1 of 3, thin; ' +
        'seed 3 failed before the end of epoch 1',
    );
    expect(seedsText([run(1, [60], 'stopped'), run(2, [60], 'failed')])).toBe(
      'seed 1 to epoch 1 of 3; seed 2 failed after epoch 1 of 3',
    );
  });
});
