// Implicit semantic data augmentation (paper, section 3): cross entropy of logits augmented by covariances.
import { add, matMul, mean, mul, mulScalar, oneHot, softmaxCrossEntropy } from '../../engine/ops/index.js';
import type { Tensor } from '../../engine/tensor.js';
import type { TensorDeclaration } from '../../nn/tensors.js';
import type { Loss, LossInputs, LossShape, TrainingProgress } from '../loss.js';
import type { IsdaOptions } from '../options.js';
import { declareCovariance, updateCovariance } from './covariance.js';
import { singleSlot, slotsOf } from './slots.js';
import { declareSketch, updateSketch } from './sketch.js';
import { diagonalTerm, fullTerm, identityTerm, lowRankTerm, sharedTerm } from './upper-bound.js';

/** A form of the covariance: its state, and the term of each sample, [N, C]. */
interface Variant {
  readonly tensors: readonly TensorDeclaration[];
  term(inputs: LossInputs): Tensor;
}

/** lambda = (t / T) lambda0 with t the iteration or the epoch, both counted from 0; or constant lambda0. */
const strengths: Readonly<Record<IsdaOptions['schedule'], (progress: TrainingProgress) => number>> = {
  iteration: ({ iteration, totalIterations }) => iteration / totalIterations,
  epoch: ({ epoch, totalEpochs }) => epoch / totalEpochs,
  constant: () => 1,
};

function perClass(form: 'full' | 'diagonal', { classes, featureSize }: LossShape): Variant {
  const state = declareCovariance(form, classes, featureSize);
  const term = form === 'full' ? fullTerm : diagonalTerm;
  return {
    tensors: Object.values(state) as TensorDeclaration[],
    term({ program, features, labels, weight }) {
      const slots = slotsOf(program, labels, classes);
      return slots.toSamples(term(updateCovariance(form, state, slots, features), weight, slots));
    },
  };
}

function single({ classes, featureSize }: LossShape): Variant {
  const state = declareCovariance('full', 1, featureSize);
  return {
    tensors: Object.values(state) as TensorDeclaration[],
    term({ program, features, labels, weight }) {
      const covariance = updateCovariance('full', state, singleSlot(program, labels), features);
      return matMul(oneHot(labels, classes), sharedTerm(covariance, weight));
    },
  };
}

function identity({ classes }: LossShape): Variant {
  return { tensors: [], term: ({ labels, weight }) => matMul(oneHot(labels, classes), identityTerm(weight)) };
}

/**
 * With rank 0 the sketch is only the variances; ranks above A are the same as A, since Omega's columns are orthogonal.
 */
function sketch(shape: LossShape, rank: number): Variant {
  const { classes, featureSize } = shape;
  if (rank === 0) return perClass('diagonal', shape);
  const state = declareSketch(classes, featureSize, Math.min(rank, featureSize));
  return {
    tensors: Object.values(state) as TensorDeclaration[],
    term({ program, features, labels, weight }) {
      const slots = slotsOf(program, labels, classes);
      return slots.toSamples(lowRankTerm(updateSketch(program, state, slots, features), weight, slots));
    },
  };
}

const variants: Readonly<Record<IsdaOptions['covariance'], (shape: LossShape, rank: number) => Variant>> = {
  full: (shape) => perClass('full', shape),
  diagonal: (shape) => perClass('diagonal', shape),
  single,
  identity,
  sketch,
};

/** The augmented logits z' = logits + (lambda / 2) term, [N, C]; the target's own entry is unchanged. */
function augmentedLogits(logits: Tensor, term: Tensor, lambda: Tensor): Tensor {
  return add(logits, mul(term, mulScalar(lambda, 0.5)));
}

/**
 * Mean cross entropy of the augmented logits: the upper bound of the expected cross entropy over features ~ N(a,
 * lambda Sigma_y) (paper, Eq. 4). Each step first updates Sigma with its batch. Sigma gets no gradient.
 */
export function createIsda({ lambda0, covariance, rank, schedule }: IsdaOptions, shape: LossShape): Loss {
  const variant = variants[covariance](shape, rank);
  return {
    name: 'isda',
    tensors: variant.tensors,
    scalars: { lambda: (progress) => lambda0 * strengths[schedule](progress) },
    compute: (inputs) => {
      const logits = augmentedLogits(inputs.logits, variant.term(inputs), inputs.scalars.lambda);
      return mean(softmaxCrossEntropy(logits, inputs.labels));
    },
  };
}
