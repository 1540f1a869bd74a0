// Operations that select or clip values.
import { cannot } from '../../common/errors.js';
import { type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { describeSpec, type Shape } from '../types.js';
import { binary } from './binary.js';
import { broadcastShape } from './broadcast.js';
import { greaterEqual, lessEqual, mul } from './elementwise.js';
import { floatScalar, run, unary } from './run.js';
import { sumTo } from './shape.js';

const select = (condition: Tensor, a: Tensor, b: Tensor, shape: Shape): Tensor =>
  run('SelectV2', { T: type(a.dtype) }, [condition, a, b], a.dtype, shape);

/**
 * Returns the gradients of a value that is a where the condition holds, and b elsewhere. They are chosen, not
 * multiplied by 0 or 1: 0 times an infinite gradient, as that of a root at 0, would be NaN.
 */
function gradientsOfChoice(
  condition: Tensor,
  [a, b]: readonly [Tensor, Tensor],
  gradient: Tensor,
  [wantA, wantB]: readonly boolean[],
): readonly (Tensor | undefined)[] {
  const zero = floatScalar(gradient.program, 0, gradient.dtype);
  return [
    wantA ? sumTo(select(condition, gradient, zero, gradient.shape), a.shape) : undefined,
    wantB ? sumTo(select(condition, zero, gradient, gradient.shape), b.shape) : undefined,
  ];
}

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
  return withGradient(select(condition, a, b, shape), [a, b], (gradient, wanted) =>
    gradientsOfChoice(condition, [a, b], gradient, wanted),
  );
}

/** The operation's choice of a or b; the gradient goes to a if `isFirst` holds, otherwise to b. */
function chosen(
  operation: 'Maximum' | 'Minimum',
  a: Tensor,
  b: Tensor,
  isFirst: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  return withGradient(binary(operation, a, b), [a, b], (gradient, wanted) =>
    gradientsOfChoice(isFirst(a, b), [a, b], gradient, wanted),
  );
}

/** The larger of two values; if they are equal, the gradient goes to the first. */
export const maximum = (a: Tensor, b: Tensor): Tensor => chosen('Maximum', a, b, greaterEqual);

/** The smaller of two values; if they are equal, the gradient goes to the first. */
export const minimum = (a: Tensor, b: Tensor): Tensor => chosen('Minimum', a, b, lessEqual);

/** min(x, value); if they are equal, the gradient goes to x. */
export const minimumScalar = (x: Tensor, value: number): Tensor => minimum(x, floatScalar(x.program, value, x.dtype));
/** max(x, value); if they are equal, the gradient goes to x. */
export const maximumScalar = (x: Tensor, value: number): Tensor => maximum(x, floatScalar(x.program, value, x.dtype));

/** Clips x to [low, high]. The gradient is passed on within these bounds, and is 0 elsewhere. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  const [least, most] = [low, high].map((bound) => floatScalar(x.program, bound, x.dtype));
  const value = run('ClipByValue', { T: type(x.dtype) }, [x, least, most], x.dtype, x.shape);
  return withGradient(value, [x], (gradient) => {
    // Chosen, as in `gradientsOfChoice`.
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
