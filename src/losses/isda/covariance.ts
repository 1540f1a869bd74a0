// The online covariance of deep features (paper, supplement A, Eq. 1-3): biased, over all features so far.
import {
  add,
  div,
  matMul,
  maximumScalar,
  mul,
  mulScalar,
  addScalar,
  reshape,
  sqrt,
  square,
  sub,
  sum,
} from '../../engine/ops/index.js';
import { detach, type Tensor } from '../../engine/tensor.js';
import { declare, filledWith, type TensorDeclaration } from '../../nn/tensors.js';
import type { Slots } from './slots.js';

/** Only variances ([rows, A]) or full matrices ([rows, A, A]). */
type CovarianceForm = 'diagonal' | 'full';

/** The state of the estimate, with one row per class or a single row. */
export interface CovarianceState {
  readonly covariance: TensorDeclaration;
  /** [rows, A] */
  readonly mean: TensorDeclaration;
  /** [rows] */
  readonly count: TensorDeclaration;
}

/** Declares the state of `rows` covariances of A = `featureSize` features, initially zero. */
export function declareCovariance(form: CovarianceForm, rows: number, featureSize: number): CovarianceState {
  const state = (name: string, ...shape: number[]): TensorDeclaration =>
    declare(`loss.${name}`, 'state', shape, filledWith(0));
  return {
    covariance:
      form === 'full' ? state('covariance', rows, featureSize, featureSize) : state('covariance', rows, featureSize),
    mean: state('mean', rows, featureSize),
    count: state('count', rows),
  };
}

/** The contribution of a batch: Sigma = rest Sigma + batch Σ d d^T over the deviations d of a slot's samples. */
interface Moments {
  /**
   * Each sample's features minus the centre of its slot, μ' + √(1 − w) (μ − μ'), [N, A]. Since the samples' deviations
   * from their own mean μ' sum to zero, their outer products about the centre sum to
   * m (S' + (1 − w) (μ − μ') (μ − μ')^T).
   */
  readonly deviations: Tensor;
  readonly weights: Weights;
}

interface Weights {
  /** w / m and 1 − w, each [K, 1], for m new and n old samples and w = m / (n + m). */
  readonly batch: Tensor;
  readonly rest: Tensor;
}

/** Updates means and counts with one batch of features [N, A], and returns the values for updating covariances. */
export function updateMoments(
  state: Pick<CovarianceState, 'mean' | 'count'>,
  slots: Slots,
  trackedFeatures: Tensor,
): Moments {
  const features = detach(trackedFeatures);
  const { count: rows, membership } = slots;
  const column = (x: Tensor): Tensor => reshape(x, [rows, 1]);
  const oldCount = slots.read(state.count);
  const added = sum(membership, [1]);
  const count = add(oldCount, added);
  const share = column(div(added, maximumScalar(count, 1)));
  const rest = addScalar(mulScalar(share, -1), 1);
  const batchMean = div(matMul(membership, features), column(maximumScalar(added, 1)));
  const oldMean = slots.read(state.mean);
  slots.write(state.mean, add(mul(oldMean, rest), mul(batchMean, share)));
  slots.write(state.count, count);
  const centre = add(batchMean, mul(sqrt(rest), sub(oldMean, batchMean)));
  return {
    deviations: sub(features, slots.toSamples(centre)),
    weights: { batch: div(share, column(maximumScalar(added, 1))), rest },
  };
}

/**
 * Updates the state with one batch of features [N, A] and returns the slots' new covariance, [K, A, A] or [K, A].
 * With m new and n old samples and w = m / (n + m): Sigma = (1 − w) Sigma + w S' + w (1 − w) (mu − mu') (mu − mu')^T.
 * Slots without samples have w = 0 and do not change. Not differentiable.
 */
export function updateCovariance(form: CovarianceForm, state: CovarianceState, slots: Slots, features: Tensor): Tensor {
  const moments = updateMoments(state, slots, features);
  const update = form === 'diagonal' ? updatedVariances : updatedMatrices;
  const covariance = update(slots.read(state.covariance), slots.membership, moments);
  slots.write(state.covariance, covariance);
  return covariance;
}

/** Returns the slots' new variances, [K, A]. */
export function updatedVariances(old: Tensor, membership: Tensor, { deviations, weights }: Moments): Tensor {
  return add(mul(old, weights.rest), mul(matMul(membership, square(deviations)), weights.batch));
}

/** Returns the slots' new matrices, [K, A, A]. One product of [A, N] and [N, A] sums the outer products of a slot. */
function updatedMatrices(old: Tensor, membership: Tensor, { deviations, weights }: Moments): Tensor {
  const [rows, samples] = membership.shape;
  const [, features] = deviations.shape;
  const shared = reshape(deviations, [1, samples, features]);
  const chosen = mul(shared, reshape(mul(membership, weights.batch), [rows, samples, 1]));
  return add(mul(old, reshape(weights.rest, [rows, 1, 1])), matMul(chosen, shared, { transposeA: true }));
}
