// How much harm is done: a little in `npm test`, all of it in `npm run test:faults`; and the seed it is drawn from.
import { randomStream, type RandomStream } from '../../src/common/random.js';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Set by the configs of vitest. */
    faults: 'short' | 'long';
  }
}

/** One of two values, by the length of the suite. */
export function scale<T>(sizes: { readonly short: T; readonly long: T }): T {
  return sizes[inject('faults')];
}

/** The seed of this suite: `ISDA_FAULT_SEED` where it is set, to repeat a failure, else a new one; it is printed. */
export function faultSeed(suite: string): number {
  const seed = Number(process.env['ISDA_FAULT_SEED'] ?? Date.now() % 1_000_000);
  console.log(`${suite}: ISDA_FAULT_SEED=${seed} repeats it`);
  return seed;
}

/** Draws for one case of a suite. */
export function faultStream(seed: number, ...key: readonly (number | string)[]): RandomStream {
  return randomStream(seed, 'faults', ...key);
}

/** One of several values. */
export function oneOf<T>(random: RandomStream, values: readonly T[]): T {
  return values[random.integer(values.length)];
}
