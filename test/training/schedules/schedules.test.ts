// The learning rate of a step: schedules, warm-up, and warnings.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleOptions } from '../../../src/training/schedules/options.js';
import { createSchedule } from '../../../src/training/schedules/registry.js';

/** The learning rate at the first step of an epoch of ten. */
const learningRateOf = (schedule: ScheduleOptions, base: number, epoch: number, epochs: number): number =>
  createSchedule(schedule, base).rateAt({ epoch, epochs, iteration: 10 * (epoch - 1), iterationsPerEpoch: 10 });

describe('the learning rate', () => {
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

describe('cosine with minLearningRate', () => {
  it('ends at that rate, and begins below the initial one as without', () => {
    const schedule: ScheduleOptions = { name: 'cosine', minLearningRate: 0.01 };
    expect(learningRateOf(schedule, 0.1, 100, 100)).toBeCloseTo(0.01, 12);
    expect(learningRateOf(schedule, 0.1, 50, 100)).toBeCloseTo(0.055, 12);
    expect(learningRateOf(schedule, 0.1, 1, 100)).toBeLessThan(0.1);
  });
});

describe('warm-up', () => {
  const anySchedule = fc.constantFrom<ScheduleOptions>(
    { name: 'step', milestones: [3, 5], factor: 0.1 },
    { name: 'cosine' },
    { name: 'cosine', minLearningRate: 0.02 },
    { name: 'constant' },
  );
  it('grows by equal parts to the rate at its last step, and changes nothing after it', () => {
    const schedule: ScheduleOptions = { name: 'constant', warmupEpochs: 1.5 };
    const rates = Array.from({ length: 10 }, (_, iteration) =>
      createSchedule(schedule, 0.6).rateAt({
        epoch: 1 + Math.floor(iteration / 4),
        epochs: 3,
        iteration,
        iterationsPerEpoch: 4,
      }),
    );
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate, 12));
  });
  it('over 0 epochs is none', () => {
    const moment = { epoch: 1, epochs: 3, iteration: 0, iterationsPerEpoch: 4 };
    expect(createSchedule({ name: 'constant', warmupEpochs: 0 }, 0.6).rateAt(moment)).toBe(0.6);
  });
  it('is never above the rate without, and equal to it once it is over', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.double({ min: 0.01, max: 4, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(69),
        (schedule, warmupEpochs, iterationsPerEpoch, step) => {
          const iteration = step % (7 * iterationsPerEpoch);
          const moment = {
            epoch: 1 + Math.floor(iteration / iterationsPerEpoch),
            epochs: 7,
            iteration,
            iterationsPerEpoch,
          };
          const without = createSchedule(schedule, 0.1).rateAt(moment);
          const withWarmup = createSchedule({ ...schedule, warmupEpochs }, 0.1).rateAt(moment);
          const share = Math.min(1, (iteration + 1) / (warmupEpochs * iterationsPerEpoch));
          expect(withWarmup).toBeCloseTo(without * share, 12);
          if (iteration + 1 >= warmupEpochs * iterationsPerEpoch) expect(withWarmup).toBe(without);
        },
      ),
    );
  });
  it('of the factor is that of the rate', () => {
    fc.assert(
      fc.property(anySchedule, fc.nat(27), (schedule, iteration) => {
        const moment = { epoch: 1 + Math.floor(iteration / 4), epochs: 7, iteration, iterationsPerEpoch: 4 };
        const { rateAt, factorAt } = createSchedule({ ...schedule, warmupEpochs: 2 }, 0.1);
        expect(factorAt(moment)).toBeCloseTo(rateAt(moment) / 0.1, 12);
      }),
    );
  });
});

describe('warnings', () => {
  it.each<[ScheduleOptions, number, string[]]>([
    [{ name: 'step', milestones: [80, 120], factor: 0.1 }, 160, []],
    [{ name: 'step', milestones: [80, 120], factor: 0.1 }, 120, []],
    [
      { name: 'step', milestones: [80, 120], factor: 0.1 },
      100,
      ['schedule.milestone 120 is beyond the 100 epochs of the run: the rate is not lowered there'],
    ],
    [
      { name: 'step', milestones: [80, 120], factor: 0.1 },
      10,
      ['schedule.milestones 80, 120 are beyond the 10 epochs of the run: the rate is not lowered there'],
    ],
    [{ name: 'cosine' }, 11, []],
    [
      { name: 'cosine' },
      5,
      [
        'the cosine schedule has rate 0 in the last of the 5 epochs: no parameter changes there (schedule.minLearningRate sets a higher final rate)',
      ],
    ],
    [
      { name: 'cosine', warmupEpochs: 1 },
      1,
      [
        'the cosine schedule has rate 0 in the only epoch: nothing is trained (schedule.minLearningRate sets a higher final rate)',
      ],
    ],
    [{ name: 'cosine', minLearningRate: 0.1 }, 1, []],
    [{ name: 'constant' }, 1, []],
    [{ name: 'constant', warmupEpochs: 3 }, 3, []],
    [
      { name: 'constant', warmupEpochs: 5 },
      3,
      ['schedule.warmupEpochs 5 exceeds the 3 epochs of the run: the rate never reaches its full value'],
    ],
  ])('%j over %i epochs', (schedule, epochs, warnings) =>
    expect(createSchedule(schedule, 0.1).warnings!(epochs)).toEqual(warnings),
  );
});
