// Elementwise activations of tensors of any shape and float type; most use TensorFlow's own kernel for the gradient.
import { float, type, type Attributes } from '../attributes.js';
import { customGradient, withGradient, type Tensor } from '../tensor.js';
import { add, addScalar, exp, mul, mulScalar, square } from './elementwise.js';
import { requireFloat } from './requirements.js';
import { run, unary } from './run.js';

const gradientOf = (operation: string, attributes: Attributes, a: Tensor, b: Tensor): Tensor =>
  run(operation, { T: type(a.dtype), ...attributes }, [a, b], a.dtype, a.shape);

/** max(x, 0). The gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  const value = unary('Relu', x);
  return withGradient(value, [x], (gradient) => [gradientOf('ReluGrad', {}, gradient, value)]);
}

/** x if it is positive, otherwise `slope` x. */
export function leakyRelu(x: Tensor, slope: number): Tensor {
  requireFloat('compute LeakyRelu', x);
  const attributes = { alpha: float(slope) };
  const value = run('LeakyRelu', { T: type(x.dtype), ...attributes }, [x], x.dtype, x.shape);
  return withGradient(value, [x], (gradient) => [gradientOf('LeakyReluGrad', attributes, gradient, x)]);
}

/** 1 / (1 + exp(−x)) */
export function sigmoid(x: Tensor): Tensor {
  const value = unary('Sigmoid', x);
  return withGradient(value, [x], (gradient) => [gradientOf('SigmoidGrad', {}, value, gradient)]);
}

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  const value = unary('Tanh', x);
  return withGradient(value, [x], (gradient) => [gradientOf('TanhGrad', {}, value, gradient)]);
}

/** log(1 + exp(x)) without overflow: the cross entropy of a logit −x against 1, or of a logit x against 0. */
export function softplus(x: Tensor): Tensor {
  const value = unary('Softplus', x);
  return withGradient(value, [x], (gradient) => [gradientOf('SoftplusGrad', {}, gradient, x)]);
}

/** The error function, 2 / sqrt(pi) times the integral of exp(−t²) from 0 to x. */
export function erf(x: Tensor): Tensor {
  return withGradient(unary('Erf', x), [x], (gradient) => [
    mul(gradient, mulScalar(exp(mulScalar(square(x), -1)), 2 / Math.sqrt(Math.PI))),
  ]);
}

/** x times the standard normal distribution function of x, exact (Hendrycks and Gimpel, 2016): PyTorch's default. */
export function gelu(tracked: Tensor): Tensor {
  return customGradient([tracked], (x) => {
    const distribution = (): Tensor => mulScalar(addScalar(erf(mulScalar(x, Math.SQRT1_2)), 1), 0.5);
    const density = (): Tensor => mulScalar(exp(mulScalar(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return {
      value: mul(x, distribution()),
      backward: (gradient) => [mul(gradient, add(distribution(), mul(x, density())))],
    };
  });
}

/** x sigmoid(x), also called swish. */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));
