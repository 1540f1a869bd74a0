// Center loss (Wen et al., 2016): cross entropy + weight / (2 N) sum_i ||a_i − c_y||^2, with learned centres c.
import {
  add,
  gatherRows,
  matMul,
  mean,
  mul,
  mulScalar,
  oneHot,
  softmaxCrossEntropy,
  square,
  sub,
  sum,
} from '../engine/ops/index.js';
import { detach } from '../engine/tensor.js';
import { declare, filledWith } from '../nn/tensors.js';
import type { Loss, LossShape } from './loss.js';
import type { CenterOptions } from './options.js';

/**
 * The centres are initially 0. After each batch they take an SGD step on 1 / (2 N) sum_i ||a_i − c_y||^2, without
 * `weight`: c_j += centerLearningRate / N sum over the class's samples of (a_i − c_j).
 */
export function createCenter(options: CenterOptions, { classes, featureSize }: LossShape): Loss {
  const centers = declare('loss.centers', 'state', [classes, featureSize], filledWith(0));
  return {
    name: 'center',
    tensors: [centers],
    scalars: { centerLearningRate: ({ learningRateFactor }) => options.centerLearningRate * learningRateFactor },
    compute({ program, features, logits, labels, scalars }) {
      const [samples] = labels.shape;
      const old = program.read(centers);
      const shifts = sub(features, gatherRows(old, labels));
      const pull = matMul(oneHot(labels, classes), detach(shifts), { transposeA: true });
      program.assign(centers, add(old, mul(pull, mulScalar(scalars.centerLearningRate, 1 / samples))));
      const spread = mulScalar(sum(square(shifts)), options.weight / (2 * samples));
      return add(mean(softmaxCrossEntropy(logits, labels)), spread);
    },
  };
}
