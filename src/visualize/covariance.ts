// Covariances of deep features, estimated or kept by ISDA, and random directions drawn from them.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { IsdaOptions } from '../losses/options.js';
import type { RandomStream } from '../common/random.js';

/** One matrix per class, variances per class, one matrix for all classes, or the identity (Table 5). */
export const covarianceKinds = [
  'full',
  'diagonal',
  'identity',
  'single',
] as const satisfies IsdaOptions['covariance'][];
export type CovarianceKind = (typeof covarianceKinds)[number];

export interface FeatureCovariance {
  readonly kind: CovarianceKind;
  readonly featureSize: number;
  /** Row-major: [C, A, A] for `full`, [C, A] for `diagonal`, [1, A, A] for `single`, empty for `identity`. */
  readonly values: Float32Array | Float64Array;
}

/** Returns biased covariances of features [N, A] with labels [N], as in ISDA; zeros for classes without features. */
export function estimateCovariance(
  kind: CovarianceKind,
  features: Float32Array,
  labels: Int32Array,
  classes: number,
): FeatureCovariance {
  const featureSize = features.length / labels.length;
  if (kind === 'identity') return { kind, featureSize, values: new Float64Array(0) };
  const rows = kind === 'single' ? 1 : classes;
  const rowOf = (index: number): number => (kind === 'single' ? 0 : labels[index]);
  const counts = new Float64Array(rows);
  const means = new Float64Array(rows * featureSize);
  labels.forEach((_, n) => {
    const row = rowOf(n);
    counts[row] += 1;
    for (let i = 0; i < featureSize; i++) means[row * featureSize + i] += features[n * featureSize + i];
  });
  means.forEach((sum, at) => (means[at] = sum / Math.max(1, counts[Math.floor(at / featureSize)])));
  const wide = kind === 'diagonal' ? 1 : featureSize;
  const values = new Float64Array(rows * featureSize * wide);
  const deviation = new Float64Array(featureSize);
  labels.forEach((_, n) => {
    const row = rowOf(n);
    for (let i = 0; i < featureSize; i++) {
      deviation[i] = features[n * featureSize + i] - means[row * featureSize + i];
    }
    const share = 1 / counts[row];
    const start = row * featureSize * wide;
    for (let i = 0; i < featureSize; i++) {
      if (kind === 'diagonal') values[start + i] += share * deviation[i] ** 2;
      else for (let j = 0; j < wide; j++) values[start + i * wide + j] += share * deviation[i] * deviation[j];
    }
  });
  return { kind, featureSize, values };
}

/** Orthogonal directions of a class's covariance, sorted by variance, largest first. */
interface PrincipalDirections {
  /** Non-negative. */
  readonly variances: readonly number[];
  /** Unit vectors of A numbers. */
  readonly directions: readonly Float64Array[];
}

const unitVector = (size: number, at: number): Float64Array => {
  const vector = new Float64Array(size);
  vector[at] = 1;
  return vector;
};

/** Returns the eigenvectors of a class's covariance. */
export function principalDirections(covariance: FeatureCovariance, label: number): PrincipalDirections {
  const { kind, featureSize: size, values } = covariance;
  if (kind === 'identity' || kind === 'diagonal') {
    const variances =
      kind === 'identity' ? new Float64Array(size).fill(1) : values.slice(label * size, (label + 1) * size);
    const order = [...variances.keys()].sort((a, b) => variances[b] - variances[a]);
    return { variances: order.map((at) => variances[at]), directions: order.map((at) => unitVector(size, at)) };
  }
  const row = kind === 'single' ? 0 : label;
  const start = row * size * size;
  const matrix = new Matrix(size, size);
  // Averages both halves, because rounding may have made the matrix slightly asymmetric.
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      matrix.set(i, j, (values[start + i * size + j] + values[start + j * size + i]) / 2);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, at) => at).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return {
    variances: order.map((at) => Math.max(0, realEigenvalues[at])),
    directions: order.map((at) => Float64Array.from({ length: size }, (_, i) => eigenvectorMatrix.get(i, at))),
  };
}

/** Draws from N(a, lambda Sigma), with Sigma given by its directions (paper, section 3). */
export function drawAround(
  feature: ArrayLike<number>,
  { variances, directions }: PrincipalDirections,
  lambda: number,
  random: RandomStream,
): Float32Array {
  const drawn = Float32Array.from(feature);
  const sum = Float64Array.from(feature);
  directions.forEach((direction, k) => {
    const length = Math.sqrt(lambda * variances[k]) * random.normal();
    for (let i = 0; i < sum.length; i++) sum[i] += length * direction[i];
  });
  drawn.set(sum);
  return drawn;
}

/** Returns the feature moved along its k-th principal direction by `strength` standard deviations. */
export function movedAlong(
  feature: ArrayLike<number>,
  { variances, directions }: PrincipalDirections,
  k: number,
  strength: number,
): Float32Array {
  const length = strength * Math.sqrt(variances[k]);
  return Float32Array.from(feature, (value, i) => value + length * directions[k][i]);
}
