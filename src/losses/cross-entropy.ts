// Softmax cross entropy: the baseline of every table.
import { mean, softmaxCrossEntropy } from '../engine/ops/index.js';
import type { Loss } from './loss.js';

export function createCrossEntropy(): Loss {
  return {
    name: 'cross-entropy',
    tensors: [],
    scalars: {},
    compute: ({ logits, labels }) => mean(softmaxCrossEntropy(logits, labels)),
  };
}
