// Comparisons with a baseline: the family of Holm's correction, too few values.
import { expect, it } from 'vitest';
import { compareRows } from '../../../src/common/statistics/compare.js';
import { welchTest } from '../../../src/common/statistics/samples.js';

const seeded = (...values: readonly number[]) => values.map((value, index) => ({ seed: index + 1, value }));
const basic = seeded(10, 11, 12);

it('corrects over the rows that have a p value, and pairs by seed', () => {
  const rows = [basic, seeded(8, 8.5, 9.2), [{ seed: 3, value: 9 }], seeded(10.5, 9.5, 12.5)];
  const [none, first, single, last] = compareRows(
    rows.map((values, index) => ({ values, baseline: index === 0 ? undefined : basic })),
  );
  const plain = (values: readonly { value: number }[]) => values.map(({ value }) => value);
  expect(none).toBeUndefined();
  expect(first!.welch).toEqual(welchTest(plain(rows[1]), plain(basic)));
  expect(first!.holmP).toBeCloseTo(2 * first!.welch!.p, 12);
  expect(last!.holmP).toBe(last!.welch!.p);
  expect(single).toEqual({ welch: undefined, holmP: undefined, paired: { pairs: 1, mean: -3 } });
});
