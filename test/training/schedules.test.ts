// The learning rate of an epoch.
import { describe, expect, it } from 'vitest';
import type { ScheduleOptions } from '../../src/training/options.js';
import { learningRateOf } from '../../src/training/schedules.js';

describe('learningRateOf', () => {
  it('lowers the rate from the milestone on', () => {
    const schedule: ScheduleOptions = { name: 'step', milestones: [80, 120], factor: 0.1 };
    const rates = [1, 79, 80, 119, 120, 160].map((epoch) => learningRateOf(schedule, 0.1, epoch, 160));
    expect(rates).toEqual([0.1, 0.1, 0.01, 0.01, 0.001, 0.001]);
  });

  it('takes any factor, and no milestones', () => {
    const schedule: ScheduleOptions = { name: 'step', milestones: [1, 2, 3], factor: 0.2 };
    expect([1, 2, 3].map((epoch) => learningRateOf(schedule, 0.1, epoch, 3))).toEqual([0.02, 0.004, 0.0008]);
    const plain: ScheduleOptions = { name: 'step', milestones: [], factor: 0.2 };
    expect(learningRateOf(plain, 0.3, 200, 200)).toBe(0.3);
  });

  it('follows half a cosine from near the base to 0', () => {
    const rate = (epoch: number): number => learningRateOf({ name: 'cosine' }, 0.1, epoch, 240);
    expect(rate(1)).toBeCloseTo(0.05 * (1 + Math.cos(Math.PI / 240)), 12);
    expect(rate(1)).toBeLessThan(0.1);
    expect(rate(120)).toBeCloseTo(0.05, 12);
    expect(rate(240)).toBeCloseTo(0, 12);
    for (let epoch = 2; epoch <= 240; epoch++) expect(rate(epoch)).toBeLessThan(rate(epoch - 1));
  });

  it('stays where it is constant', () => {
    expect([1, 50].map((epoch) => learningRateOf({ name: 'constant' }, 0.1, epoch, 50))).toEqual([0.1, 0.1]);
  });
});
