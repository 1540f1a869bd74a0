// Statistics of counts: Wilson's interval of a proportion, and McNemar's test of two paired proportions.
import { incompleteBeta } from './beta.js';
import type { Interval } from './samples.js';

/** The 0.975 quantile of the standard normal distribution. */
const normal975 = 1.959963984540054;

/**
 * Returns Wilson's 95 % score interval of a proportion (Wilson 1927) without continuity correction, as fractions of 1;
 * undefined without trials.
 */
export function wilsonInterval(successes: number, trials: number): Interval | undefined {
  if (trials === 0) return undefined;
  const share = successes / trials;
  const square = normal975 ** 2;
  const middle = (share + square / (2 * trials)) / (1 + square / trials);
  const spread = Math.sqrt((share * (1 - share)) / trials + square / (4 * trials ** 2));
  const half = (normal975 * spread) / (1 + square / trials);
  // With no or only successes the bound is exactly 0 or 1, which rounding would miss.
  return { low: successes === 0 ? 0 : middle - half, high: successes === trials ? 1 : middle + half };
}

/**
 * McNemar's exact test (McNemar 1947), two-sided: whether one of two classifiers is right more often on the same items,
 * given the numbers of items that only the first and only the second classifies correctly. It is the binomial test of
 * the smaller number with probability 1/2, valid for any counts.
 */
export function mcnemarP(onlyFirst: number, onlySecond: number): number {
  const discordant = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (2 * fewer >= discordant - 1) return 1;
  return Math.min(1, 2 * incompleteBeta(0.5, 0.5, discordant - fewer, fewer + 1));
}
