// Loads a custom learning-rate schedule.
import { z } from 'zod';
import { callable, callOwn, useModule } from '../common/modules.js';
import type { CustomScheduleOptions, OwnSchedule, ScheduleModule } from '../training/schedules/custom.js';
import type { Schedule } from '../training/schedules/schedule.js';
import { withWarmup } from '../training/schedules/warmup.js';
import { requireFinite } from './modules.js';

const check = z.object({ learningRateFactor: callable });

/** Errors: a factor is negative. */
function requireNotNegative(value: number): number {
  if (value >= 0) return value;
  throw new TypeError(`the result is ${value}, expected 0 or more`);
}

/**
 * Loads the schedule of a custom module; errors in its function name the file. Errors: the file cannot be loaded, or
 * does not return a schedule; later, a factor is not a finite number, or negative.
 */
export async function loadSchedule(
  { module, options, warmupEpochs = 0 }: CustomScheduleOptions,
  learningRate: number,
): Promise<Schedule> {
  const own = await useModule<ScheduleModule['createSchedule'], OwnSchedule>(
    module,
    'createSchedule',
    check,
    (create) => create({ options, learningRate }),
  );
  const factorAt: Schedule['factorAt'] = ({ epoch, epochs, iteration, iterationsPerEpoch }) =>
    callOwn(module, `compute the learning rate of the schedule of ${module}`, () => {
      const progress = {
        iteration,
        totalIterations: epochs * iterationsPerEpoch,
        epoch: epoch - 1,
        totalEpochs: epochs,
      };
      return requireNotNegative(requireFinite(own.learningRateFactor(progress)));
    });
  return withWarmup({ rateAt: (moment) => learningRate * factorAt(moment), factorAt }, warmupEpochs);
}
