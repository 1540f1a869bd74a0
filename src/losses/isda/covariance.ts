// The online covariance of deep features (paper, supplement A, Eq. 1-3): biased, over all features ever seen.
import {
  add,
  div,
  matMul,
  maximumScalar,
  mul,
  mulScalar,
  addScalar,
  reshape,
  square,
  sub,
  sum,
} from '../../engine/ops/index.js';
import { detach, type Tensor } from '../../engine/tensor.js';
import { declare, filledWith, type TensorDeclaration } from '../../nn/tensors.js';
import type { Slots } from './slots.js';

/** Variances only ([rows, A]) or whole matrices ([rows, A, A]). */
type CovarianceForm = 'diagonal' | 'full';

/** The state of the estimate: one row a class, or one row in all. */
export interface CovarianceState {
  readonly covariance: TensorDeclaration;
  /** [rows, A] */
  readonly mean: TensorDeclaration;
  /** [rows] */
  readonly count: TensorDeclaration;
}

/** The state of an estimate of `rows` covariances of A = `featureSize` features, all zero at first. */
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

/** What a batch changes: the slots' samples about their mean, and the weights of old and new. */
interface Moments {
  /** Each sample's features less the mean of its slot's samples in the batch, [N, A]. */
  readonly deviations: Tensor;
  /** The slots' old mean less that of the batch, [K, A]. */
  readonly shift: Tensor;
  readonly weights: Weights;
}

interface Weights {
  /** w / m, 1 − w and −w (1 − w), each [K, 1], for m new and n old samples and w = m / (n + m). */
  readonly batch: Tensor;
  readonly rest: Tensor;
  readonly negatedShift: Tensor;
}

/** Updates means and counts with one batch of features [N, A], and gives what an update of covariances is made of. */
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
  return {
    deviations: sub(features, slots.toSamples(batchMean)),
    shift: sub(oldMean, batchMean),
    weights: {
      batch: column(div(share, column(maximumScalar(added, 1)))),
      negatedShift: mul(share, mulScalar(rest, -1)),
      rest,
    },
  };
}

/**
 * Updates the state with one batch of features [N, A] and gives the slots' new covariance, [K, A, A] or [K, A].
 * With m new and n old samples and w = m / (n + m): Sigma = (1 − w) Sigma + w S' + w (1 − w) (mu − mu') (mu − mu')^T.
 * Slots without samples have w = 0 and stay as they are. No gradient flows through it.
 */
export function updateCovariance(form: CovarianceForm, state: CovarianceState, slots: Slots, features: Tensor): Tensor {
  const moments = updateMoments(state, slots, features);
  const update = form === 'diagonal' ? updatedVariances : updatedMatrices;
  const covariance = update(slots.read(state.covariance), slots.membership, moments);
  slots.write(state.covariance, covariance);
  return covariance;
}

/** A sum with its last term negated: a graph would add three terms in an order of its own, and round differently. */
export const total = (a: Tensor, b: Tensor, negated: Tensor): Tensor => sub(add(a, b), negated);

/** The slots' new variances, [K, A]. */
export function updatedVariances(old: Tensor, membership: Tensor, { deviations, shift, weights }: Moments): Tensor {
  return total(
    mul(old, weights.rest),
    mul(matMul(membership, square(deviations)), weights.batch),
    mul(square(shift), weights.negatedShift),
  );
}

/** The slots' new matrices, [K, A, A]. Each slot sums its samples' outer products as one product of [A, N] and [N, A]. */
function updatedMatrices(old: Tensor, membership: Tensor, { deviations, shift, weights }: Moments): Tensor {
  const [rows, samples] = membership.shape;
  const [, features] = deviations.shape;
  const scale = (x: Tensor): Tensor => reshape(x, [rows, 1, 1]);
  const shared = reshape(deviations, [1, samples, features]);
  const chosen = mul(shared, reshape(mul(membership, weights.batch), [rows, samples, 1]));
  const scatter = matMul(chosen, shared, { transposeA: true });
  const outer = mul(
    reshape(mul(shift, weights.negatedShift), [rows, features, 1]),
    reshape(shift, [rows, 1, features]),
  );
  return total(mul(old, scale(weights.rest)), scatter, outer);
}
