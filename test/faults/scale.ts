// The number of injected faults, small in `npm test` and large in `npm run test:faults`, and their seed.
import { randomStream, type RandomStream } from '../../src/common/random.js';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Set in the configs of vitest. */
    faults: 'short' | 'long';
  }
}

/** Returns one of two values, for the short or the long suite. */
export function scale<T>(sizes: { readonly short: T; readonly long: T }): T {
  return sizes[inject('faults')];
}

/** The seed of this suite, which is printed: `ISDA_FAULT_SEED`, to repeat a failure, else a new one. */
export function faultSeed(suite: string): number {
  const seed = Number(process.env['ISDA_FAULT_SEED'] ?? Date.now() % 1_000_000);
  console.log(`${suite}: ISDA_FAULT_SEED=${seed} repeats it`);
  return seed;
}

/** Random numbers for one case of a suite. */
export function faultStream(seed: number, ...key: readonly (number | string)[]): RandomStream {
  return randomStream(seed, 'faults', ...key);
}

/** Returns one of several values at random. */
export function oneOf<T>(random: RandomStream, values: readonly T[]): T {
  return values[random.integer(values.length)];
}
