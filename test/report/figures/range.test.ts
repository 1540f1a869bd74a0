// The ends of a figure's y axis: those of the second half of training, including its bands.
import { describe, expect, it } from 'vitest';
import type { Series } from '../../../src/report/chart/series.js';
import { errorRange } from '../../../src/report/figures/range.js';

const curve = (errors: readonly number[], spread = 0): Series => ({
  label: 'basic',
  points: errors.map((error, index) => [index + 1, error]),
  band: errors.map((error, index) => ({ x: index + 1, low: error - spread, high: error + spread })),
});

describe('errorRange', () => {
  it('reaches down to the bands of the second half', () => {
    expect(errorRange([curve([80, 50, 32, 30], 4)])).toMatchObject({ low: 26, cut: true });
    expect(errorRange([curve([34, 33, 32, 30], 4)])).toEqual({ low: 26, high: 38, cut: false });
  });

  it('reaches up to them', () => {
    expect(errorRange([curve([80, 50, 31, 30], 9)])).toEqual({ low: 21, high: 59, cut: true });
    expect(errorRange([curve([80, 31, 31, 30], 9)])).toEqual({ low: 21, high: 40, cut: true });
  });

  it('leaves out the bands of the first half, where the curves are not yet', () => {
    const { points, label } = curve([60, 40, 31, 30]);
    const band = [{ x: 1, low: 2, high: 118 }, { x: 2, low: 39, high: 41 }, { x: 4, low: 29, high: 31 }]; // prettier-ignore
    expect(errorRange([{ label, points, band }])).toEqual({ low: 29, high: 44.5, cut: true });
  });

  it('never goes below 0', () => {
    expect(errorRange([curve([9, 3, 2, 1], 3)]).low).toBe(0);
  });

  it('of curves without bands takes the lines, the thin ones too', () => {
    const thin = [[[4, 20] as const]];
    expect(errorRange([{ label: 'basic', points: [[1, 90], [4, 30]], thin }])).toEqual({ low: 20, high: 34.5, cut: true }); // prettier-ignore
  });
});
