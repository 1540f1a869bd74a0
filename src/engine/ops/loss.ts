// Softmax cross entropy, log softmax and one-hot encodings.
import { int, type, type Attributes } from '../attributes.js';
import { customGradient, detach, withGradient, type Tensor } from '../tensor.js';
import { exp, mul, neg, sub } from './elementwise.js';
import { requireIndices, requireLabels, requireTargets } from './labels.js';
import { sum } from './reduce.js';
import { floatScalar, intScalar, run, unary } from './run.js';
import { reshape } from './shape.js';
import { requireWhole } from './requirements.js';

/**
 * Cross entropy of softmax(logits) [N, C] against int32 labels [N], one value per image; [N] in the type of the logits.
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  requireLabels('compute softmaxCrossEntropy', logits, labels);
  if (logits.program.deterministic) return composedCrossEntropy(logits, oneHot(labels, logits.shape[1]));
  const attributes = { T: type(logits.dtype), Tlabels: type('int32') };
  return fusedCrossEntropy('SparseSoftmaxCrossEntropyWithLogits', attributes, logits, labels);
}

/**
 * Cross entropy of softmax(logits) [N, C] against targets [N, C] whose rows sum to 1, one value per image; [N] in the
 * type of the logits. The targets get no gradient.
 */
export function softTargetCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  requireTargets('compute softTargetCrossEntropy', logits, targets);
  if (logits.program.deterministic) return composedCrossEntropy(logits, targets);
  return fusedCrossEntropy('SoftmaxCrossEntropyWithLogits', { T: type(logits.dtype) }, logits, targets);
}

/** Cross entropy by one of TensorFlow's kernels, which compute the gradient of the logits with it. */
function fusedCrossEntropy(
  operation: 'SparseSoftmaxCrossEntropyWithLogits' | 'SoftmaxCrossEntropyWithLogits',
  attributes: Attributes,
  logits: Tensor,
  expected: Tensor,
): Tensor {
  const [count] = logits.shape;
  const [value, slope] = logits.program.execute(
    operation,
    attributes,
    [logits, expected],
    [
      { dtype: logits.dtype, shape: [count] },
      { dtype: logits.dtype, shape: logits.shape },
    ],
  );
  return withGradient(value, [logits], (gradient) => [mul(slope, reshape(gradient, [count, 1]))]);
}

/**
 * Cross entropy of softmax(logits) [N, C] against targets [N, C], composed of operations that are deterministic on a
 * GPU: TensorFlow refuses both of its kernels under TF_DETERMINISTIC_OPS. TensorFlow's Python code does the same.
 */
function composedCrossEntropy(trackedLogits: Tensor, targets: Tensor): Tensor {
  const [count] = trackedLogits.shape;
  return customGradient([trackedLogits], (logits) => {
    const logShares = logSoftmax(logits);
    return {
      value: sum(mul(logShares, neg(detach(targets))), [1]),
      backward: (gradient) => [mul(sub(exp(logShares), detach(targets)), reshape(gradient, [count, 1]))],
    };
  });
}

/** log softmax(logits) along the last axis, for any rank of at least 1. */
export function logSoftmax(logits: Tensor): Tensor {
  const value = unary('LogSoftmax', logits);
  return withGradient(value, [logits], (gradient) => [
    sub(gradient, mul(exp(value), sum(gradient, [-1], { keepAxes: true }))),
  ]);
}

/** softmax(logits) along the last axis, for any rank of at least 1. */
export function softmax(logits: Tensor): Tensor {
  const value = unary('Softmax', logits);
  return withGradient(value, [logits], (gradient) => [
    mul(value, sub(gradient, sum(mul(gradient, value), [-1], { keepAxes: true }))),
  ]);
}

/** One-hot encoding of int32 labels [...]: float32 [..., depth]. Not differentiable. */
export function oneHot(labels: Tensor, depth: number): Tensor {
  requireIndices('compute oneHot', labels);
  requireWhole('compute oneHot', { depth }, 1);
  const { program } = labels;
  const inputs = [labels, intScalar(program, depth), floatScalar(program, 1), floatScalar(program, 0)];
  const attributes = { T: type('float32'), TI: type('int32'), axis: int(-1) };
  return run('OneHot', attributes, inputs, 'float32', [...labels.shape, depth]);
}
