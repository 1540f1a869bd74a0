// L_q loss (Zhang and Sabuncu, 2018): (1 − p_y^q) / q, between cross entropy (q → 0) and mean absolute error (q = 1).
import { expm1, floatScalar, maximum, mean, mulScalar, neg, softmaxCrossEntropy } from '../engine/ops/index.js';
import type { Loss } from './loss.js';
import type { LqOptions } from './options.js';

/**
 * Mean over the batch of (1 − p_y^q) / q (equation 6, arXiv:1805.07836). With `truncation` k above 0, as in its section
 * 3.3, samples with p_y below k count as (1 − k^q) / q.
 */
export function createLq({ q, truncation }: LqOptions): Loss {
  return {
    name: 'lq',
    tensors: [],
    scalars: {},
    compute({ program, logits, labels }) {
      const logProbability = neg(softmaxCrossEntropy(logits, labels));
      const bounded =
        truncation === 0 ? logProbability : maximum(logProbability, floatScalar(program, Math.log(truncation)));
      return mean(mulScalar(expm1(mulScalar(bounded, q)), -1 / q));
    },
  };
}
