// Focal loss (Lin et al., 2017): −alpha (1 − p_y)^gamma log p_y.
import { exp, expm1, log, maximumScalar, mul, mulScalar, neg } from '../engine/ops/index.js';
import type { Loss } from './loss.js';
import type { FocalOptions } from './options.js';
import { meanOverTargets } from './targets.js';

/**
 * Mean over the batch of −alpha (1 − p_y)^gamma log p_y (equation 5, doi:10.1109/ICCV.2017.324); for soft targets t,
 * of the sum over classes j weighted by t_j.
 */
export function createFocal({ alpha, gamma }: FocalOptions): Loss {
  return {
    name: 'focal',
    tensors: [],
    scalars: {},
    softTargets: true,
    compute(inputs) {
      const focal = meanOverTargets(inputs, (crossEntropy) => {
        // Bounded away from 0, where the power has an infinite slope; the cross entropy is 0 there.
        const wrong = maximumScalar(neg(expm1(neg(crossEntropy))), 1e-30);
        const power = exp(mulScalar(log(wrong), gamma));
        return mul(power, crossEntropy);
      });
      return mulScalar(focal, alpha);
    },
  };
}
