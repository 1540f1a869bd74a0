// Powers.
import { withGradient, type Tensor } from '../tensor.js';
import { binary } from './binary.js';
import { addScalar, equal, greater, log, mul } from './elementwise.js';
import { floatScalar } from './run.js';
import { where } from './select.js';
import { sumTo } from './shape.js';

/**
 * a to the power of b, broadcast; NaN if a is negative and b not an integer. Only where a is positive, b gets a
 * gradient.
 */
export function pow(a: Tensor, b: Tensor): Tensor {
  const value = binary('Pow', a, b);
  return withGradient(value, [a, b], (gradient, [wantA, wantB]) => {
    const zero = floatScalar(a.program, 0, a.dtype);
    const slope = (): Tensor => mul(b, binary('Pow', a, addScalar(b, -1)));
    const toExponent = (): Tensor => {
      const positive = greater(a, zero);
      const logarithm = log(where(positive, a, floatScalar(a.program, 1, a.dtype)));
      return mul(gradient, where(positive, mul(value, logarithm), zero));
    };
    return [
      // At a = 0 and b = 0 the slope would be 0 times infinity.
      wantA ? sumTo(mul(gradient, where(equal(b, zero), zero, slope())), a.shape) : undefined,
      wantB ? sumTo(toExponent(), b.shape) : undefined,
    ];
  });
}

/** x to the power of a number. */
export const powScalar = (x: Tensor, exponent: number): Tensor => pow(x, floatScalar(x.program, exponent, x.dtype));
