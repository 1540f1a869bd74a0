// The term that ISDA adds to the logits (paper, Eq. 4), without the factor lambda / 2:
// (w_j − w_y)^T Sigma_y (w_j − w_y).
import { add, matMul, mul, mulScalar, reshape, square, sub, sum, transpose } from '../../engine/ops/index.js';
import { customGradient, type Tensor } from '../../engine/tensor.js';
import { identityMatrix } from './identity-matrix.js';
import type { Slots } from './slots.js';

/** The weight columns w_y of the slots' classes, [K, A], from the weight [A, C]. */
function ownWeights(weight: Tensor, slots: Slots): Tensor {
  const byClass = transpose(weight, [1, 0]);
  return slots.classes === undefined ? byClass : matMul(slots.classes, byClass);
}

/** The gradient of `ownWeights`: sums rows [K, A] at the slots' classes, [A, C]. */
function toClasses(rows: Tensor, slots: Slots): Tensor {
  const byFeature = transpose(rows, [1, 0]);
  return slots.classes === undefined ? byFeature : matMul(byFeature, slots.classes);
}

/** The columns of the slots' classes, [K, A, 1], from a product [K, A, C]. */
function ownColumn(product: Tensor, { classes }: Slots): Tensor {
  const [rows, , all] = product.shape;
  const own = classes ?? identityMatrix(product.program, all);
  return matMul(product, reshape(own, [rows, all, 1]));
}

/** A value and its gradient with respect to the weight. */
interface Differentiated {
  readonly value: Tensor;
  readonly backward: (gradient: Tensor) => Tensor;
}

const withWeightGradient = (weight: Tensor, compute: (weight: Tensor) => Differentiated): Tensor =>
  customGradient([weight], (detached) => {
    const { value, backward } = compute(detached);
    return { value, backward: (gradient) => [backward(gradient)] };
  });

/**
 * The term for variances v [K, A], as [K, C]: three matrix products, without a tensor of size K x C x A. Its gradient
 * is 2 v (w_j − w_y) with respect to w_j and the negative sum of these with respect to w_y.
 */
export const diagonalTerm = (variances: Tensor, trackedWeight: Tensor, slots: Slots): Tensor =>
  withWeightGradient(trackedWeight, (weight) => ofVariances(variances, weight, slots));

function ofVariances(variances: Tensor, weight: Tensor, slots: Slots): Differentiated {
  const own = ownWeights(weight, slots);
  const scaled = mul(variances, own);
  const others = matMul(variances, square(weight));
  const mixed = mulScalar(matMul(scaled, weight), 2);
  return {
    value: sub(add(others, sum(mul(scaled, own), [1], { keepAxes: true })), mixed),
    backward: (gradient) => {
      const ofSquares = mul(weight, matMul(variances, gradient, { transposeA: true }));
      const ofAll = sub(ofSquares, matMul(scaled, gradient, { transposeA: true }));
      const ofMixed = mul(variances, matMul(gradient, weight, { transposeB: true }));
      const ofOwn = sub(mul(scaled, sum(gradient, [1], { keepAxes: true })), ofMixed);
      return mulScalar(add(ofAll, toClasses(ofOwn, slots)), 2);
    },
  };
}

/** The term for Sigma = I: squared distances between the weights of all classes, [C, C]. */
export function identityTerm(weight: Tensor): Tensor {
  return distances(matMul(weight, weight, { transposeA: true }));
}

/** The term for one covariance [1, A, A] shared by all classes, [C, C]. */
export function sharedTerm(covariance: Tensor, weight: Tensor): Tensor {
  const [, features] = covariance.shape;
  const product = matMul(reshape(covariance, [features, features]), weight);
  return distances(matMul(weight, product, { transposeA: true }));
}

/** From G = W Sigma W^T: G[j, j] − 2 G[y, j] + G[y, y] in row y and column j. */
function distances(gram: Tensor): Tensor {
  const [classes] = gram.shape;
  const diagonal = sum(mul(gram, identityMatrix(gram.program, classes)), [1]);
  const both = add(reshape(diagonal, [1, classes]), reshape(diagonal, [classes, 1]));
  return sub(both, mulScalar(gram, 2));
}

/**
 * The term for full matrices [K, A, A], as [K, C]: one product Sigma_k W per slot. Its gradient uses the same product:
 * 2 Sigma_k (w_j − w_y) with respect to w_j and the negative sum of these with respect to w_y.
 */
export function fullTerm(covariance: Tensor, trackedWeight: Tensor, slots: Slots): Tensor {
  const [rows, features] = covariance.shape;
  return customGradient([trackedWeight], (weight) => {
    const [, classes] = weight.shape;
    const own = ownWeights(weight, slots);
    const flat = matMul(reshape(covariance, [rows * features, features]), weight);
    const product = reshape(flat, [rows, features, classes]);
    const directions = sub(product, ownColumn(product, slots));
    const differences = sub(reshape(weight, [1, features, classes]), reshape(own, [rows, features, 1]));
    const value = sum(mul(differences, directions), [1]);
    return {
      value,
      backward: (gradient) => {
        const weighted = mulScalar(mul(directions, reshape(gradient, [rows, 1, classes])), 2);
        return [sub(sum(weighted, [0]), toClasses(sum(weighted, [2]), slots))];
      },
    };
  });
}

/** Sigma as B^T B + diag(v) with v >= 0. */
export interface LowRankCovariance {
  /** B, [K, r, A]. */
  readonly factor: Tensor;
  /** −v, [K, A]. */
  readonly negatedResidual: Tensor;
}

/**
 * The term for B^T B + diag(v), as [K, C]: the squared length of B (w_j − w_y), by one product B_k W per slot (K r A C
 * multiply-adds), plus the term of v. The gradient of the first is 2 B^T B (w_j − w_y) with respect to w_j and the
 * negative sum of these with respect to w_y.
 */
export const lowRankTerm = (
  { factor, negatedResidual }: LowRankCovariance,
  trackedWeight: Tensor,
  slots: Slots,
): Tensor =>
  withWeightGradient(trackedWeight, (weight) => {
    const low = ofFactor(factor, weight, slots);
    const rest = ofVariances(negatedResidual, weight, slots);
    // As differences, because a graph would reorder sums of sums.
    return {
      value: sub(low.value, rest.value),
      backward: (gradient) => sub(low.backward(gradient), rest.backward(gradient)),
    };
  });

function ofFactor(factor: Tensor, weight: Tensor, slots: Slots): Differentiated {
  const [rows, rank, features] = factor.shape;
  const [, classes] = weight.shape;
  const flat = reshape(factor, [rows * rank, features]);
  const product = reshape(matMul(flat, weight), [rows, rank, classes]);
  const directions = sub(product, ownColumn(product, slots));
  return {
    value: sum(square(directions), [1]),
    backward: (gradient) => {
      const weighted = mulScalar(mul(directions, reshape(gradient, [rows, 1, classes])), 2);
      const ofAll = matMul(flat, reshape(weighted, [rows * rank, classes]), { transposeA: true });
      const ofOwn = matMul(factor, sum(weighted, [2], { keepAxes: true }), { transposeA: true });
      return sub(ofAll, toClasses(reshape(ofOwn, [rows, features]), slots));
    },
  };
}
