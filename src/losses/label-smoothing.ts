// Label smoothing (Szegedy et al., 2016): cross entropy with a target that is partly spread evenly over all classes.
import { add, mean, mul, mulScalar, sub, sum } from '../engine/ops/index.js';
import type { Loss } from './loss.js';
import type { LabelSmoothingOptions } from './options.js';
import { crossEntropyOf, sharesOf } from './targets.js';

/**
 * Mean over the batch of the cross entropy with the target (1 − smoothing) t + smoothing / C; t is the soft target or
 * onehot(y) (section 7, doi:10.1109/CVPR.2016.308).
 */
export function createLabelSmoothing({ smoothing }: LabelSmoothingOptions): Loss {
  return {
    name: 'label-smoothing',
    tensors: [],
    scalars: {},
    softTargets: true,
    compute(inputs) {
      const { logits } = inputs;
      const crossEntropy = crossEntropyOf(inputs);
      // −log p_j = −log p_y + z_y − z_j: the mean over all classes j needs no second softmax.
      const ofTarget = sum(mul(sharesOf(inputs), logits), [1]);
      const spread = sub(ofTarget, mean(logits, [1]));
      return mean(add(crossEntropy, mulScalar(spread, smoothing)));
    },
  };
}
