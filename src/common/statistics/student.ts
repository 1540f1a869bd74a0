// Student's t distribution: tail probabilities and critical values.
import { incompleteBeta } from './beta.js';

/** Returns the probability that |T| > |t| for Student's t with the given degrees of freedom (>= 1). */
export function twoSidedP(t: number, degrees: number): number {
  const square = t * t;
  return incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5);
}

/**
 * Returns the two-sided critical value t >= 0 of Student's t with the given degrees of freedom (>= 1) for probability
 * `p` (0 < p < 1): 2.776 for p = 0.05 and 4 degrees. By bisection, because `twoSidedP` decreases with t.
 */
export function criticalT(p: number, degrees: number): number {
  let high = 1;
  while (twoSidedP(high, degrees) > p) high *= 2;
  let low = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (twoSidedP(middle, degrees) > p) low = middle;
    else high = middle;
  }
}
