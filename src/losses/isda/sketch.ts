// A sketch of each class's covariance: Sigma Omega and the variances, instead of the matrix.
import { add, matMul, maximumScalar, mul, mulScalar, reshape, square, sub, sum } from '../../engine/ops/index.js';
import type { Program, Tensor } from '../../engine/tensor.js';
import { orthonormalColumns } from '../../nn/orthonormal.js';
import { declare, filledWith, type TensorDeclaration } from '../../nn/tensors.js';
import { declareCovariance, updatedVariances, updateMoments, type CovarianceState } from './covariance.js';
import { inverseRoot } from './inverse-root.js';
import type { Slots } from './slots.js';
import type { LowRankCovariance } from './upper-bound.js';

/** The state of the estimate, with one row per class. `covariance` contains the variances, [C, A]. */
interface SketchState extends CovarianceState {
  /** Y = Sigma Omega, [C, A, r]. */
  readonly sketch: TensorDeclaration;
  /** Omega, [A, r]: constant orthonormal columns drawn from the run's seed. */
  readonly projection: TensorDeclaration;
}

/** Declares the state of sketches with r = `rank`, 1 to A, of `classes` covariances of A = `featureSize` features. */
export function declareSketch(classes: number, featureSize: number, rank: number): SketchState {
  return {
    ...declareCovariance('diagonal', classes, featureSize),
    sketch: declare('loss.sketch', 'state', [classes, featureSize, rank], filledWith(0)),
    projection: declare('loss.projection', 'state', [featureSize, rank], orthonormalColumns(rank)),
  };
}

/**
 * Updates the state with one batch of features [N, A] and returns the slots' new covariances. The online update
 * (paper, supplement A) is linear in Sigma, so the update of Y = Sigma Omega is exact. Not differentiable.
 */
export function updateSketch(program: Program, state: SketchState, slots: Slots, features: Tensor): LowRankCovariance {
  const moments = updateMoments(state, slots, features);
  const { deviations, weights } = moments;
  const variances = updatedVariances(slots.read(state.covariance), slots.membership, moments);
  const projection = program.read(state.projection);
  const [samples, size] = deviations.shape;
  const rank = projection.shape[1];
  // d d^T Omega for each sample, [N, A, r].
  const products = mul(
    reshape(deviations, [samples, size, 1]),
    reshape(matMul(deviations, projection), [samples, 1, rank]),
  );
  const ofSlots = matMul(mul(slots.membership, weights.batch), reshape(products, [samples, size * rank]));
  const sketch = add(
    mul(slots.read(state.sketch), reshape(weights.rest, [slots.count, 1, 1])),
    reshape(ofSlots, [slots.count, size, rank]),
  );
  slots.write(state.covariance, variances);
  slots.write(state.sketch, sketch);
  return lowRank(sketch, projection, variances);
}

/** The Nystrom approximation Y (Omega^T Y)^+ Y^T of Sigma, and the variances that it lacks. */
function lowRank(sketch: Tensor, projection: Tensor, variances: Tensor): LowRankCovariance {
  const [, size, rank] = sketch.shape;
  const core = matMul(reshape(projection, [1, size, rank]), sketch, { transposeA: true });
  const factor = matMul(inverseRoot(core), sketch, { transposeB: true });
  return { factor, negatedResidual: mulScalar(maximumScalar(sub(variances, sum(square(factor), [1])), 0), -1) };
}
