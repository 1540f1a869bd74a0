// Wilson's interval and McNemar's test, compared with statsmodels.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mcnemarP, wilsonInterval } from '../../../src/common/statistics/proportions.js';
import { projectRoot } from '../../config/support.js';

const fixture = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/examination.json'), 'utf8')) as {
  readonly wilson: readonly { successes: number; trials: number; low: number; high: number }[];
  readonly mcnemar: readonly { onlyFirst: number; onlySecond: number; p: number }[];
};

describe("statsmodels' numbers", () => {
  it.each(fixture.wilson)('Wilson: $successes of $trials', ({ successes, trials, low, high }) => {
    const interval = wilsonInterval(successes, trials)!;
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });
  it.each(fixture.mcnemar)('McNemar: $onlyFirst against $onlySecond', ({ onlyFirst, onlySecond, p }) => {
    expect(Math.abs(mcnemarP(onlyFirst, onlySecond) / p - 1)).toBeLessThan(1e-9);
    expect(mcnemarP(onlySecond, onlyFirst)).toBe(mcnemarP(onlyFirst, onlySecond));
  });
});

it('has an interval of none and of all that ends at 0 and at 1, and none of no trial', () => {
  expect(wilsonInterval(0, 7)!.low).toBe(0);
  expect(wilsonInterval(7, 7)!.high).toBe(1);
  expect(wilsonInterval(0, 0)).toBeUndefined();
});

it('gives no evidence where no item, or as many on either side, tell two classifiers apart', () => {
  expect([mcnemarP(0, 0), mcnemarP(1, 0), mcnemarP(4, 4), mcnemarP(4, 5)]).toEqual([1, 1, 1, 1]);
});
