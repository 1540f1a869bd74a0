// Noise of training whose backward pass draws numbers of its own: Shake-Shake.
import { hashKey } from '../common/random.js';
import { add, cast, mul, mulScalar, statelessUniform, sub } from '../engine/ops/index.js';
import { customGradient, type Tensor } from '../engine/tensor.js';
import type { Pass } from './layer.js';

/** Numbers in [0, 1), one an image [N, 1, 1, 1], that belong to the pass and the key. */
function perImage(like: Tensor, { program, seed }: Pass, ...key: readonly string[]): Tensor {
  const own = program.constant(Int32Array.of(hashKey(...key) | 0, 0), { dtype: 'int32', shape: [2] });
  return cast(statelessUniform(add(seed, own), [like.shape[0], 1, 1, 1]), like.dtype);
}

/**
 * Shake-Shake (Gastaldi, 2017): alpha a + (1 − alpha) b forward, and backward beta and 1 − beta of the gradient, with
 * alpha and beta ~ U(0, 1) drawn for each image apart. Their mean, one half, in evaluation or where `random` is false.
 * a and b are [N, H, W, C].
 */
export function shakeShake(name: string, a: Tensor, b: Tensor, pass: Pass, random: boolean): Tensor {
  if (!pass.training || !random) return mulScalar(add(a, b), 0.5);
  return customGradient([a, b], (x, y) => {
    const alpha = perImage(x, pass, name, 'forward');
    return {
      value: add(y, mul(sub(x, y), alpha)),
      backward(gradient) {
        const first = mul(gradient, perImage(gradient, pass, name, 'backward'));
        return [first, sub(gradient, first)];
      },
    };
  });
}
