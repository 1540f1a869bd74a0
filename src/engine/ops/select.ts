// Operations that select or clip values.
import { cannot } from '../../common/errors.js';
import { type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { describeSpec, type Shape } from '../types.js';
import { broadcastShape } from './broadcast.js';
import { greaterEqual, lessEqual, mul } from './elementwise.js';
import { floatScalar, run, unary } from './run.js';
import { sumTo } from './shape.js';

const select = (condition: Tensor, a: Tensor, b: Tensor, shape: Shape): Tensor =>
  run('SelectV2', { T: type(a.dtype) }, [condition, a, b], a.dtype, shape);

/**
 * a where the condition (bool) holds, b elsewhere; all three broadcast. The value that is not selected has gradient 0.
 */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const both = broadcastShape(a.shape, b.shape);
  const shape = both && broadcastShape(condition.shape, both);
  if (shape === undefined || condition.dtype !== 'bool' || a.dtype !== b.dtype) {
    const three = [condition, a, b].map(describeSpec).join(', ');
    throw cannot('compute where', `expected a bool tensor and two tensors of one type that broadcast, got ${three}`, {
      code: 'engine/shape',
    });
  }
  return withGradient(select(condition, a, b, shape), [a, b], (gradient, [wantA, wantB]) => {
    const zero = floatScalar(gradient.program, 0, gradient.dtype);
    return [
      wantA ? sumTo(select(condition, gradient, zero, shape), a.shape) : undefined,
      wantB ? sumTo(select(condition, zero, gradient, shape), b.shape) : undefined,
    ];
  });
}

/** Clips x to [low, high]. The gradient is passed on within these bounds, and is 0 elsewhere. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  const [least, most] = [low, high].map((bound) => floatScalar(x.program, bound, x.dtype));
  const value = run('ClipByValue', { T: type(x.dtype) }, [x, least, most], x.dtype, x.shape);
  return withGradient(value, [x], (gradient) => {
    // Chosen, not multiplied by 0, which would make NaN of an infinite gradient, as that of a root at 0.
    const zero = floatScalar(x.program, 0, x.dtype);
    const belowHigh = select(lessEqual(x, most), gradient, zero, x.shape);
    return [select(greaterEqual(x, least), belowHigh, zero, x.shape)];
  });
}

/** −1, 0 or 1. Not differentiable. */
export const sign = (x: Tensor): Tensor => unary('Sign', x);

/** The absolute value, whose gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return withGradient(unary('Abs', x), [x], (gradient) => [mul(gradient, sign(x))]);
}
