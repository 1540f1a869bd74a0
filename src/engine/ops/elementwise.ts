// Elementwise arithmetic. Both operands must have the same element type, and shapes that broadcast as in NumPy.
// Gradients are summed over broadcast axes.
import { cannot } from '../../common/errors.js';
import { int, type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { describeSpec, sameShape } from '../types.js';
import { binary } from './binary.js';
import { cast } from './fill.js';
import { floatScalar, run, unary } from './run.js';
import { sumTo } from './shape.js';

/** a + b */
export function add(a: Tensor, b: Tensor): Tensor {
  return withGradient(binary('AddV2', a, b), [a, b], (gradient, [wantA, wantB]) => [
    wantA ? sumTo(gradient, a.shape) : undefined,
    wantB ? sumTo(gradient, b.shape) : undefined,
  ]);
}

/** a − b */
export function sub(a: Tensor, b: Tensor): Tensor {
  return withGradient(binary('Sub', a, b), [a, b], (gradient, [wantA, wantB]) => [
    wantA ? sumTo(gradient, a.shape) : undefined,
    wantB ? sumTo(neg(gradient), b.shape) : undefined,
  ]);
}

/** a b */
export function mul(a: Tensor, b: Tensor): Tensor {
  return withGradient(binary('Mul', a, b), [a, b], (gradient, [wantA, wantB]) => [
    wantA ? sumTo(binary('Mul', gradient, b), a.shape) : undefined,
    wantB ? sumTo(binary('Mul', gradient, a), b.shape) : undefined,
  ]);
}

/** a / b */
export function div(a: Tensor, b: Tensor): Tensor {
  const value = binary('RealDiv', a, b);
  return withGradient(value, [a, b], (gradient, [wantA, wantB]) => {
    const scaled = binary('RealDiv', gradient, b);
    return [
      wantA ? sumTo(scaled, a.shape) : undefined,
      wantB ? sumTo(neg(binary('Mul', scaled, value)), b.shape) : undefined,
    ];
  });
}

/** Whether a > b; bool. Not differentiable. */
export const greater = (a: Tensor, b: Tensor): Tensor => binary('Greater', a, b, 'bool');
/** Whether a >= b; bool. Not differentiable. */
export const greaterEqual = (a: Tensor, b: Tensor): Tensor => binary('GreaterEqual', a, b, 'bool');
/** Whether a < b; bool. Not differentiable. */
export const less = (a: Tensor, b: Tensor): Tensor => binary('Less', a, b, 'bool');
/** Whether a <= b; bool. Not differentiable. */
export const lessEqual = (a: Tensor, b: Tensor): Tensor => binary('LessEqual', a, b, 'bool');

/** Whether a = b; bool. Int32 numbers must be below 2^24 (labels are). Not differentiable. */
export function equal(a: Tensor, b: Tensor): Tensor {
  // On a GPU TensorFlow compares int32 on the host, with copies of both operands and of the result.
  const onGpu = a.program.device === 'cuda' && a.dtype === 'int32';
  return onGpu ? binary('Equal', cast(a, 'float32'), cast(b, 'float32'), 'bool') : binary('Equal', a, b, 'bool');
}

/** x + value */
export const addScalar = (x: Tensor, value: number): Tensor => add(x, floatScalar(x.program, value, x.dtype));
/** value x */
export const mulScalar = (x: Tensor, value: number): Tensor => mul(x, floatScalar(x.program, value, x.dtype));

/** −x */
export function neg(x: Tensor): Tensor {
  return withGradient(unary('Neg', x), [x], (gradient) => [neg(gradient)]);
}

/** x^2 */
export function square(x: Tensor): Tensor {
  return withGradient(unary('Square', x), [x], (gradient) => [mul(mulScalar(gradient, 2), x)]);
}

/** e^x */
export function exp(x: Tensor): Tensor {
  const value = unary('Exp', x);
  return withGradient(value, [x], (gradient) => [mul(gradient, value)]);
}

/** exp(x) − 1, accurate for x near 0. */
export function expm1(x: Tensor): Tensor {
  const value = unary('Expm1', x);
  return withGradient(value, [x], (gradient) => [mul(gradient, addScalar(value, 1))]);
}

/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  return withGradient(unary('Log', x), [x], (gradient) => [div(gradient, x)]);
}

/** The square root; its gradient at 0 is infinite. */
export function sqrt(x: Tensor): Tensor {
  const value = unary('Sqrt', x);
  return withGradient(value, [x], (gradient) => [div(mulScalar(gradient, 0.5), value)]);
}

/** The sum of tensors of the same shape and type. Errors: they differ. */
export function addN(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  const stray = parts.find((part) => !sameShape(part.shape, first.shape) || part.dtype !== first.dtype);
  if (stray !== undefined)
    throw cannot('add', `${describeSpec(first)} and ${describeSpec(stray)} differ`, { code: 'engine/shape' });
  const value = run('AddN', { N: int(parts.length), T: type(first.dtype) }, parts, first.dtype, first.shape);
  return withGradient(value, parts, (gradient) => parts.map(() => gradient));
}
