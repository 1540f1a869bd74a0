// Focal loss (Lin et al., 2017): −alpha (1 − p_y)^gamma log p_y.
import { exp, expm1, log, maximumScalar, mean, mul, mulScalar, neg, softmaxCrossEntropy } from '../engine/ops/index.js';
import type { Loss } from './loss.js';
import type { FocalOptions } from './options.js';

/** Mean over the batch of −alpha (1 − p_y)^gamma log p_y (equation 5, doi:10.1109/ICCV.2017.324). */
export function createFocal({ alpha, gamma }: FocalOptions): Loss {
  return {
    name: 'focal',
    tensors: [],
    scalars: {},
    compute({ logits, labels }) {
      const crossEntropy = softmaxCrossEntropy(logits, labels);
      // Kept off 0, where the power has no finite slope; the cross entropy beside it is 0 there.
      const wrong = maximumScalar(neg(expm1(neg(crossEntropy))), 1e-30);
      const power = exp(mulScalar(log(wrong), gamma));
      return mulScalar(mean(mul(power, crossEntropy)), alpha);
    },
  };
}
