// Softmax cross entropy: the baseline of every table.
import { mean } from '../engine/ops/index.js';
import type { Loss } from './loss.js';
import { crossEntropyOf } from './targets.js';

/**
 * Mean over the batch of −log p_y, or of −sum_j t_j log p_j for soft targets t; p is the softmax of the logits [N, C].
 */
export function createCrossEntropy(): Loss {
  return {
    name: 'cross-entropy',
    tensors: [],
    scalars: {},
    softTargets: true,
    compute: (inputs) => mean(crossEntropyOf(inputs)),
  };
}
