// Losses of hard labels and soft targets in a common form.
import {
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  softTargetCrossEntropy,
  softmaxCrossEntropy,
  sum,
} from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { LossInputs } from './loss.js';

type Classified = Pick<LossInputs, 'logits' | 'labels' | 'targets'>;

/** Cross entropy of each image with its label or its soft target, float32 [N]. */
export const crossEntropyOf = ({ logits, labels, targets }: Classified): Tensor =>
  targets === undefined ? softmaxCrossEntropy(logits, labels) : softTargetCrossEntropy(logits, targets);

/** The share of each class in each image, float32 [N, C]. */
export const sharesOf = ({ logits, labels, targets }: Classified): Tensor => targets ?? oneHot(labels, logits.shape[1]);

/**
 * The mean over the batch of f(−log p_y), or of the sum over j of t_j f(−log p_j) for soft targets t: the expected
 * loss of a label that is j with probability t_j. `f` must be elementwise.
 */
export function meanOverTargets({ logits, labels, targets }: Classified, f: (crossEntropy: Tensor) => Tensor): Tensor {
  if (targets === undefined) return mean(f(softmaxCrossEntropy(logits, labels)));
  return mean(sum(mul(targets, f(neg(logSoftmax(logits)))), [1]));
}
