// Large-margin softmax (Liu et al., 2016): the target logit |w| |x| cos t becomes the smaller |w| |x| psi(t).
import {
  add,
  addScalar,
  cast,
  div,
  floatScalar,
  greaterEqual,
  matMul,
  maximumScalar,
  mean,
  mul,
  mulScalar,
  oneHot,
  reshape,
  softmaxCrossEntropy,
  sqrt,
  square,
  sub,
  sum,
} from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { Loss, LossShape } from './loss.js';
import type { LargeMarginOptions } from './options.js';

/** cos(m t) from cos t. */
const multiples: Readonly<Record<number, (cosine: Tensor) => Tensor>> = {
  1: (cosine) => cosine,
  2: (cosine) => addScalar(mulScalar(square(cosine), 2), -1),
  3: (cosine) => mul(cosine, addScalar(mulScalar(square(cosine), 4), -3)),
  4: (cosine) => multiples[2](multiples[2](cosine)),
};

/** psi(t) = (−1)^k cos(m t) − 2 k for t in [k pi / m, (k + 1) pi / m], from cos t; m is 1 to 4. */
export function marginFunction(cosine: Tensor, margin: number): Tensor {
  const { program } = cosine;
  let value = multiples[margin](cosine);
  let twiceK: Tensor | undefined;
  for (let k = 1; k < margin; k++) {
    const boundary = floatScalar(program, Math.cos((k * Math.PI) / margin));
    const twicePassed = mulScalar(cast(greaterEqual(boundary, cosine), 'float32'), 2);
    value = mul(value, addScalar(mulScalar(twicePassed, -1), 1));
    twiceK = twiceK === undefined ? twicePassed : add(twiceK, twicePassed);
  }
  return twiceK === undefined ? value : sub(value, twiceK);
}

/** Euclidean norms along an axis, bounded away from 0, where they have no slope. */
const norms = (x: Tensor, axis: number): Tensor => sqrt(maximumScalar(sum(square(x), [axis]), 1e-24));

/**
 * Mean cross entropy of the logits x w_j, without bias; the target's logit is
 * (lambda |w_y| |x| cos t + |w_y| |x| psi(t)) / (1 + lambda) (sections 3 and 4, arXiv:1612.02295). lambda decreases
 * over the iterations to `lambdaMin`.
 */
export function createLargeMargin(options: LargeMarginOptions, { classes }: LossShape): Loss {
  const { margin, lambda0, lambdaDecay, lambdaPower, lambdaMin } = options;
  return {
    name: 'large-margin',
    tensors: [],
    withoutBias: true,
    scalars: {
      lambda: ({ iteration }) => Math.max(lambdaMin, lambda0 * (1 + lambdaDecay * iteration) ** -lambdaPower),
    },
    compute({ features, labels, weight, scalars }) {
      const logits = matMul(features, weight);
      const target = oneHot(labels, classes);
      const ofTarget = (perClass: Tensor): Tensor => sum(mul(target, perClass), [1]);
      const logit = ofTarget(logits);
      const scale = mul(norms(features, 1), ofTarget(reshape(norms(weight, 0), [1, classes])));
      const wanted = mul(scale, marginFunction(div(logit, scale), margin));
      // (lambda logit + wanted) / (1 + lambda), as a change of the logit, which is also exact for a large lambda.
      const change = div(sub(wanted, logit), addScalar(scalars.lambda, 1));
      const changed = add(logits, mul(target, reshape(change, [labels.shape[0], 1])));
      return mean(softmaxCrossEntropy(changed, labels));
    },
  };
}
