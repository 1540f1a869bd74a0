// A custom loss: focal loss, (1 − p_y)^gamma times cross entropy (Lin et al., 2017), gamma growing in training.

/** @type {import('isda/kit').LossModule['createLoss']} */
export function createLoss({ options, kit }) {
  const { exp, floatScalar, log, maximumScalar, mean, mul, neg, softmaxCrossEntropy, sub } = kit.ops;
  const finalGamma = Number(options.gamma ?? 2);
  return {
    name: 'growing-focal',
    tensors: [],
    // Values that change from step to step are inputs of the captured step.
    scalars: { gamma: ({ iteration, totalIterations }) => (finalGamma * iteration) / totalIterations },
    compute({ program, logits, labels, scalars }) {
      const crossEntropy = softmaxCrossEntropy(logits, labels);
      const wrong = sub(floatScalar(program, 1), exp(neg(crossEntropy)));
      const weight = exp(mul(log(maximumScalar(wrong, 1e-7)), scalars.gamma));
      return mean(mul(weight, crossEntropy));
    },
  };
}
