// Policy on broken images: each is reported once; one more than allowed is an error.
import { errorOf } from './failure.js';
import type { ReadingReport } from './read-images.js';

/** Handles reports in the order of the batches, so the result does not depend on the threads. */
type BrokenImageCheck = (reports: readonly ReadingReport[]) => void;

/** `warn` is called with a line for each broken image. The function throws when there are more than allowed. */
export function createBrokenImageCheck(maxBroken: number, warn: (line: string) => void): BrokenImageCheck {
  const known = new Set<string>();
  return (reports) => {
    for (const { broken, failure, leftOut } of reports) {
      for (const failure of broken) {
        if (known.has(failure.image)) continue;
        known.add(failure.image);
        if (known.size > maxBroken) {
          const hint =
            maxBroken === 0
              ? 'dataset.maxBroken allows some broken images: others take the place of training images, evaluation leaves them out'
              : `${maxBroken} broken before it, as many as dataset.maxBroken allows`;
          throw errorOf({ ...failure, hint: failure.hint ?? hint });
        }
        const then = leftOut === undefined ? 'the next image takes its place' : 'the evaluation leaves it out';
        warn(`warning: ${failure.message}; ${then}`);
      }
      if (failure !== undefined) throw errorOf(failure);
    }
  };
}
