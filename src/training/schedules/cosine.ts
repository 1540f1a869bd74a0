// The cosine schedule: half a cosine from the initial rate to a final one.
import type { CosineOptions } from './options.js';
import type { Schedule, ScheduleMoment } from './schedule.js';

/** Longest run, in epochs, for which the warning about an epoch with rate 0 is given. */
const shortRun = 10;

/**
 * min + 0.5 (lr − min) (1 + cos(pi e / T)), with the epoch e counted from 1 (paper, supplement B, and its released
 * code, where min is 0).
 */
export function createCosine({ minLearningRate: final = 0 }: CosineOptions, learningRate: number): Schedule {
  const valueBetween =
    (initial: number, last: number) =>
    ({ epoch, epochs }: ScheduleMoment): number =>
      last + 0.5 * (initial - last) * (1 + Math.cos((Math.PI * epoch) / epochs));
  return {
    rateAt: valueBetween(learningRate, final),
    factorAt: valueBetween(1, final / learningRate),
    warnings: (epochs) => {
      if (epochs > shortRun || final > 0) return [];
      const where =
        epochs === 1
          ? 'the only epoch: nothing is trained'
          : `the last of the ${epochs} epochs: no parameter changes there`;
      return [`the cosine schedule has rate 0 in ${where} (schedule.minLearningRate sets a higher final rate)`];
    },
  };
}
