// Softmax cross entropy: the baseline of every table.
import { mean, softmaxCrossEntropy } from '../engine/ops/index.js';
import type { Loss } from './loss.js';

/** Mean over the batch of −log p_y, p the softmax of the logits [N, C]. */
export function createCrossEntropy(): Loss {
  return {
    name: 'cross-entropy',
    tensors: [],
    scalars: {},
    compute: ({ logits, labels }) => mean(softmaxCrossEntropy(logits, labels)),
  };
}
