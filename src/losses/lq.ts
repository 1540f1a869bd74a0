// L_q loss (Zhang and Sabuncu, 2018): (1 − p_y^q) / q, between cross entropy (q → 0) and mean absolute error (q = 1).
import { expm1, floatScalar, maximum, mulScalar, neg } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { Loss } from './loss.js';
import type { LqOptions } from './options.js';
import { meanOverTargets } from './targets.js';

/**
 * Mean over the batch of (1 − p_y^q) / q (equation 6, arXiv:1805.07836). If `truncation` k is above 0 (section 3.3
 * there), samples with p_y below k have the loss (1 − k^q) / q. For soft targets t: the sum over classes j weighted by
 * t_j.
 */
export function createLq({ q, truncation }: LqOptions): Loss {
  return {
    name: 'lq',
    tensors: [],
    scalars: {},
    softTargets: true,
    compute: (inputs) => {
      const bounded = (logProbability: Tensor): Tensor =>
        truncation === 0 ? logProbability : maximum(logProbability, floatScalar(inputs.program, Math.log(truncation)));
      return meanOverTargets(inputs, (crossEntropy) =>
        mulScalar(expm1(mulScalar(bounded(neg(crossEntropy)), q)), -1 / q),
      );
    },
  };
}
