// Statistics of counts: Wilson's interval of a proportion, McNemar's test of two paired ones.
import { incompleteBeta } from './beta.js';
import type { Interval } from './samples.js';

/** The standard normal's quantile of 0.975. */
const normal975 = 1.959963984540054;

/**
 * Wilson's 95 % score interval of a proportion (Wilson 1927), without correction of continuity, as shares of 1;
 * undefined of no trials.
 */
export function wilsonInterval(successes: number, trials: number): Interval | undefined {
  if (trials === 0) return undefined;
  const share = successes / trials;
  const square = normal975 ** 2;
  const middle = (share + square / (2 * trials)) / (1 + square / trials);
  const spread = Math.sqrt((share * (1 - share)) / trials + square / (4 * trials ** 2));
  const half = (normal975 * spread) / (1 + square / trials);
  // The ends of none and of all are 0 and 1, which rounding would miss.
  return { low: successes === 0 ? 0 : middle - half, high: successes === trials ? 1 : middle + half };
}

/**
 * McNemar's test (McNemar 1947) in its exact form, two-sided: whether of two classifiers on the same items one is right
 * more often, given the counts of items that only the first and only the second has right. It is the binomial test of
 * the smaller of both counts with probability 1/2, and holds for few and for many.
 */
export function mcnemarP(onlyFirst: number, onlySecond: number): number {
  const discordant = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (2 * fewer >= discordant - 1) return 1;
  return Math.min(1, 2 * incompleteBeta(0.5, 0.5, discordant - fewer, fewer + 1));
}
