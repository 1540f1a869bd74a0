// The Fréchet distance between the features of two sets of images (Heusel et al., 2017).
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { cannot } from '../common/errors.js';

interface FeatureMoments {
  readonly count: number;
  /** [A] */
  readonly mean: Float64Array;
  /** A x A, dividing by count − 1. */
  readonly covariance: Matrix;
}

/** Returns mean and covariance of features [N, A]. Errors: N is less than 2. */
export function momentsOf(features: Float32Array, featureSize: number): FeatureMoments {
  const count = features.length / featureSize;
  if (count < 2)
    throw cannot('measure the Fréchet distance', `there are ${count} images, at least 2 are needed`, {
      code: 'option/invalid',
    });
  const mean = new Float64Array(featureSize);
  for (let at = 0; at < features.length; at++) mean[at % featureSize] += features[at] / count;
  const sums = new Float64Array(featureSize * featureSize);
  const deviation = new Float64Array(featureSize);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < featureSize; i++) deviation[i] = features[n * featureSize + i] - mean[i];
    for (let i = 0; i < featureSize; i++) {
      const row = i * featureSize;
      for (let j = 0; j <= i; j++) sums[row + j] += deviation[i] * deviation[j];
    }
  }
  const covariance = new Matrix(featureSize, featureSize);
  for (let i = 0; i < featureSize; i++) {
    for (let j = 0; j <= i; j++) {
      const value = sums[i * featureSize + j] / (count - 1);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  return { count, mean, covariance };
}

/** Returns the square root of a positive semidefinite matrix; eigenvalues below 0 by rounding are taken as 0. */
function squareRoot(matrix: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const roots = Matrix.diag(realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))));
  return eigenvectorMatrix.mmul(roots).mmul(eigenvectorMatrix.transpose());
}

/**
 * Returns ‖mu1 − mu2‖² + tr(S1 + S2 − 2 (S1 S2)^½). The last root has the same trace as (S1^½ S2 S1^½)^½, which is
 * symmetric.
 */
export function frechetDistance(a: FeatureMoments, b: FeatureMoments): number {
  const shift = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]) ** 2, 0);
  const root = squareRoot(a.covariance);
  const product = root.mmul(b.covariance).mmul(root);
  const symmetric = Matrix.add(product, product.transpose()).mul(0.5);
  const { realEigenvalues } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const mixed = realEigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return shift + a.covariance.trace() + b.covariance.trace() - 2 * mixed;
}
