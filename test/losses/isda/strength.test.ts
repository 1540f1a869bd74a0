// ISDA's lambda over a run: (t / T) lambda0 with t the iteration or the epoch, both counted from 0.
import { expect, it } from 'vitest';
import { createLoss } from '../../../src/losses/registry.js';
import { createSchedule } from '../../../src/training/schedules/registry.js';
import { scheduledAt } from '../../../src/training/schedules/schedule.js';
import { range } from '../../support/grid.js';

const [epochs, iterationsPerEpoch, lambda0] = [3, 4, 0.6];
const run = { schedule: createSchedule({ name: 'constant' }, 0.1), epochs, iterationsPerEpoch };

it.each([
  ['iteration', range(12).map((iteration) => (iteration / 12) * lambda0)],
  ['epoch', range(12).map((iteration) => (Math.floor(iteration / 4) / 3) * lambda0)],
  ['constant', range(12).map(() => lambda0)],
] as const)('schedule %s', (schedule, expected) => {
  const options = { name: 'isda', lambda0, covariance: 'full', rank: 32, schedule } as const;
  const { scalars } = createLoss(options, { classes: 10, featureSize: 4 });
  const found = expected.map((_, iteration) => {
    const epoch = Math.floor(iteration / iterationsPerEpoch) + 1;
    return scalars.lambda(scheduledAt(run, epoch, iteration).progress);
  });
  found.forEach((lambda, iteration) => expect(lambda).toBeCloseTo(expected[iteration], 12));
});
