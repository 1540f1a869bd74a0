// Activations, each with TensorFlow's own kernel for its gradient.
import { float, type, type Attributes } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { run, unary } from './run.js';

const gradientOf = (operation: string, attributes: Attributes, a: Tensor, b: Tensor): Tensor =>
  run(operation, { T: type(a.dtype), ...attributes }, [a, b], a.dtype, a.shape);

export function relu(x: Tensor): Tensor {
  const value = unary('Relu', x);
  return withGradient(value, [x], (gradient) => [gradientOf('ReluGrad', {}, gradient, value)]);
}

/** x where it is positive, `slope` x elsewhere. */
export function leakyRelu(x: Tensor, slope: number): Tensor {
  const attributes = { alpha: float(slope) };
  const value = run('LeakyRelu', { T: type(x.dtype), ...attributes }, [x], x.dtype, x.shape);
  return withGradient(value, [x], (gradient) => [gradientOf('LeakyReluGrad', attributes, gradient, x)]);
}

export function sigmoid(x: Tensor): Tensor {
  const value = unary('Sigmoid', x);
  return withGradient(value, [x], (gradient) => [gradientOf('SigmoidGrad', {}, value, gradient)]);
}

export function tanh(x: Tensor): Tensor {
  const value = unary('Tanh', x);
  return withGradient(value, [x], (gradient) => [gradientOf('TanhGrad', {}, value, gradient)]);
}

/** log(1 + exp(x)), without overflow: the cross entropy of a logit −x against 1, or of a logit x against 0. */
export function softplus(x: Tensor): Tensor {
  const value = unary('Softplus', x);
  return withGradient(value, [x], (gradient) => [gradientOf('SoftplusGrad', {}, gradient, x)]);
}
