// Student's t distribution: tail probabilities and critical values.
import { incompleteBeta } from './beta.js';

/** The probability that Student's t with so many degrees of freedom (>= 1) is further from 0 than `t`. */
export function twoSidedP(t: number, degrees: number): number {
  const square = t * t;
  return incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5);
}

/**
 * The t >= 0 that Student's t with so many degrees of freedom (>= 1) exceeds on either side with probability `p`
 * (0 < p < 1): 2.776 of p = 0.05 and 4 degrees. By bisection: `twoSidedP` falls with t.
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
