// Training noise with separate random numbers in the backward pass: Shake-Shake and ShakeDrop.
import { add, addScalar, cast, floatScalar, greaterEqual, mul, mulScalar, neg, sub } from '../engine/ops/index.js';
import { customGradient, type Tensor } from '../engine/tensor.js';
import { keyedUniform } from './keyed-noise.js';
import type { Layer, Pass } from './layer.js';

/** Uniform numbers in [0, 1), float32 [count, 1, 1, 1], from the seed of the pass and the key. */
const uniform = (count: number, { seed }: Pass, ...key: readonly string[]): Tensor =>
  keyedUniform(seed, [count, 1, 1, 1], ...key);

/**
 * Shake-Shake (Gastaldi, 2017): alpha a + (1 − alpha) b in the forward pass, and beta and 1 − beta of the gradient in
 * the backward pass, with alpha and beta ~ U(0, 1) drawn separately for each image. In evaluation, or if `shares` is
 * `fixed`, both are their mean, one half. a and b are [N, H, W, C].
 */
export function shakeShake(name: string, a: Tensor, b: Tensor, pass: Pass, shares: 'random' | 'fixed'): Tensor {
  if (!pass.training || shares === 'fixed') return mulScalar(add(a, b), 0.5);
  const share = (part: string): Tensor => cast(uniform(a.shape[0], pass, name, part), a.dtype);
  return customGradient([a, b], (x, y) => ({
    value: add(y, mul(sub(x, y), share('forward'))),
    backward(gradient) {
      const first = mul(gradient, share('backward'));
      return [first, sub(gradient, first)];
    },
  }));
}

/**
 * ShakeDrop (Yamada et al., 2018) on x [N, H, W, C]: one gate per pass, closed with probability `closed`. If it is
 * open, returns x. If it is closed, returns alpha x, and the gradient is multiplied by beta, with alpha ~ U(−1, 1) and
 * beta ~ U(0, 1) drawn separately for each image. In evaluation returns (1 − closed) x.
 */
export function shakeDrop(name: string, closed: number): Layer {
  return {
    tensors: [],
    apply(x, pass) {
      if (!pass.training) return mulScalar(x, 1 - closed);
      const noise = (part: string): Tensor => uniform(x.shape[0], pass, name, part);
      const gate = uniform(1, pass, name, 'gate');
      const open = cast(greaterEqual(gate, floatScalar(pass.program, closed)), 'float32');
      const shut = addScalar(neg(open), 1);
      const factor = (whenShut: Tensor): Tensor => cast(add(open, mul(shut, whenShut)), x.dtype);
      return customGradient([x], (value) => ({
        value: mul(value, factor(addScalar(mulScalar(noise('forward'), 2), -1))),
        backward: (gradient) => [mul(gradient, factor(noise('backward')))],
      }));
    },
  };
}
