// Policy for broken images: each is reported once; one more than allowed is an error.
import { BrokenImage } from '../reader.js';
import { errorOf, plainFailure } from './failure.js';
import type { ReadingReport } from './read-images.js';

/** Handles reports in the order of the batches, so the result does not depend on the threads. */
type BrokenImageCheck = (reports: readonly ReadingReport[]) => void;

/**
 * Creates the check. `warn` is called with a line for each broken image; the check throws if there are more than
 * allowed.
 */
export function createBrokenImageCheck(maxBroken: number, warn: (line: string) => void): BrokenImageCheck {
  const known = new Set<string>();
  return (reports) => {
    for (const { broken, failure, leftOut } of reports) {
      for (const each of broken) {
        if (known.has(each.image)) continue;
        if (known.size >= maxBroken) {
          const hint =
            maxBroken === 0
              ? 'dataset.maxBroken allows some broken images: others take the place of training images, evaluation leaves them out'
              : `${maxBroken} broken before it, as many as dataset.maxBroken allows`;
          throw errorOf({ ...each, hint: each.hint ?? hint });
        }
        known.add(each.image);
        const then = leftOut === undefined ? 'the next image takes its place' : 'it is left out';
        warn(`warning: ${each.message}; ${then}`);
      }
      if (failure !== undefined) throw errorOf(failure);
    }
  };
}

/**
 * Skips an image whose reading threw `thrown`, with a warning about what happens instead. Throws errors other than a
 * BrokenImage, and if there are more broken images than allowed.
 */
export type PassOver = (thrown: unknown, image: { readonly name: string; readonly isReplaced?: boolean }) => void;

/** Creates the policy for readers of images without a loader. `warn`: as in `createBrokenImageCheck`. */
export function createPassOver(maxBroken: number, warn: (line: string) => void): PassOver {
  const check = createBrokenImageCheck(maxBroken, warn);
  return (thrown, { name, isReplaced = false }) => {
    if (!(thrown instanceof BrokenImage)) throw thrown;
    check([{ broken: [plainFailure(thrown, name)], ...(isReplaced ? {} : { leftOut: 0 }) }]);
  };
}
