// Student's t distribution and Welch's test, compared with SciPy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { welchTest, type WelchTest } from '../../../src/common/statistics/samples.js';
import { criticalT, twoSidedP } from '../../../src/common/statistics/student.js';
import { projectRoot } from '../../config/support.js';

const fixture = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/welch.json'), 'utf8')) as {
  readonly samples: readonly (WelchTest & { readonly first: number[]; readonly second: number[] })[];
  readonly tails: readonly { readonly t: number; readonly degrees: number; readonly p: number }[];
};

/** A relative tolerance, so that p-values of 1e-20 must be as accurate as those of 0.05. */
function expectNear(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
}

describe("SciPy's numbers", () => {
  it.each(fixture.samples)('of $first against $second', ({ first, second, ...expected }) => {
    const { t, degrees, p } = welchTest(first, second)!;
    expectNear(t, expected.t);
    expectNear(degrees, expected.degrees);
    expectNear(p, expected.p);
  });
  it.each(fixture.tails)('beyond $t of $degrees degrees of freedom', ({ t, degrees, p }) => {
    expectNear(twoSidedP(t, degrees), p);
    expectNear(twoSidedP(-t, degrees), p);
  });
});

it('the critical values of textbooks', () => {
  expect(twoSidedP(12.706, 1)).toBeCloseTo(0.05, 5);
  expect(twoSidedP(2.776, 4)).toBeCloseTo(0.05, 4);
  expect(twoSidedP(4.604, 4)).toBeCloseTo(0.01, 5);
});

it('says nothing of single values, or of values that are all the same', () => {
  expect(welchTest([1], [2, 3])).toBeUndefined();
  expect(welchTest([2, 3], [])).toBeUndefined();
  expect(welchTest([1, 1], [2, 2])).toBeUndefined();
  // The means of the same ten errors in two orders differ by 4e-15.
  expect(welchTest([30.55, 30.550000000000004], [29.95, 29.95])).toBeUndefined();
  expect(welchTest([0, 0.001], [0, 0])!.p).toBeCloseTo(0.5, 9);
});

it('is the same the other way round, but for the sign of t', () => {
  const values = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [there, back] = [welchTest(a, b), welchTest(b, a)];
      expect(back?.p).toBe(there?.p);
      expect(back?.t).toBe(there && -there.t);
      if (there !== undefined) expect(there.p >= 0 && there.p <= 1 + 1e-12).toBe(true);
    }),
  );
});

it('criticalT turns twoSidedP around', () => {
  const { critical } = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/intervals.json'), 'utf8')) as {
    readonly critical: readonly { readonly p: number; readonly degrees: number; readonly t: number }[];
  };
  expect(critical).toHaveLength(40);
  for (const { p, degrees, t } of critical) expectNear(criticalT(p, degrees), t);
});
