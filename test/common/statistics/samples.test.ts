// Intervals, paired differences and Holm's correction, compared with SciPy and statsmodels.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holm, meanInterval, pairedDifference, spreadOf } from '../../../src/common/statistics/samples.js';
import { projectRoot } from '../../config/support.js';

const fixture = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/intervals.json'), 'utf8')) as {
  readonly means: readonly { readonly values: number[]; readonly low: number; readonly high: number }[];
  readonly pairs: readonly {
    readonly first: number[];
    readonly second: number[];
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly holm: readonly { readonly p: number[]; readonly corrected: number[] }[];
};
const seeded = (values: readonly number[]) => values.map((value, index) => ({ seed: index + 1, value }));

it.each(fixture.means)('the 95 % interval of the mean of $values', ({ values, low, high }) => {
  const interval = meanInterval(values)!;
  expect(interval.low).toBeCloseTo(low, 9);
  expect(interval.high).toBeCloseTo(high, 9);
});

it('one value has a mean, and neither deviation nor interval; none has nothing', () => {
  expect(meanInterval([3])).toBeUndefined();
  expect(spreadOf([3])).toEqual({ mean: 3 });
  expect([meanInterval([]), spreadOf([])]).toEqual([undefined, undefined]);
});

describe('pairedDifference', () => {
  it.each(fixture.pairs)('of $first and $second', ({ first, second, mean, low, high }) => {
    const paired = pairedDifference(seeded(first), seeded(second).toReversed())!;
    expect(paired.pairs).toBe(first.length);
    expect(paired.mean).toBeCloseTo(mean, 9);
    expect(paired.interval!.low).toBeCloseTo(low, 9);
    expect(paired.interval!.high).toBeCloseTo(high, 9);
  });
  it('takes the seeds that both have', () => {
    const basic = seeded([10, 20, 30]);
    expect(pairedDifference([{ seed: 3, value: 31 }, { seed: 9, value: 0 }], basic)).toEqual({ pairs: 1, mean: 1 }); // prettier-ignore
    expect(pairedDifference([{ seed: 9, value: 0 }], basic)).toBeUndefined();
  });
});

it.each(fixture.holm)("Holm's correction of $p", ({ p, corrected }) => {
  holm(p).forEach((value, index) => expect(value).toBeCloseTo(corrected[index], 12));
  expect(holm(p)).toHaveLength(p.length);
});
