// Warm-up of the learning rate, for every schedule (Goyal et al., 2017, section 2.2, arXiv:1706.02677).
import { counted } from '../../common/format.js';
import type { Schedule, ScheduleMoment } from './schedule.js';

/**
 * Returns the schedule with its rates multiplied by (iteration + 1) / (warmupEpochs x iterations per epoch), where that
 * is below 1. `warmupEpochs` may be fractional; 0 is no warm-up.
 */
export function withWarmup(schedule: Schedule, warmupEpochs: number): Schedule {
  const scaled =
    (valueAt: Schedule['rateAt']) =>
    (moment: ScheduleMoment): number => {
      const length = warmupEpochs * moment.iterationsPerEpoch;
      const steps = moment.iteration + 1;
      const value = valueAt(moment);
      return steps >= length ? value : value * (steps / length);
    };
  return {
    rateAt: scaled(schedule.rateAt),
    factorAt: scaled(schedule.factorAt),
    warnings: (epochs) => [
      ...(warmupEpochs > epochs
        ? [
            `schedule.warmupEpochs ${warmupEpochs} exceeds the ${counted(epochs, 'epoch')} of the run: the rate never reaches its full value`,
          ]
        : []),
      ...(schedule.warnings?.(epochs) ?? []),
    ],
  };
}
