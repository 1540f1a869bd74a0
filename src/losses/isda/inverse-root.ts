// Inverse roots of stacks of small symmetric matrices that may be singular.
import {
  broadcastTo,
  cast,
  concat,
  div,
  greaterEqual,
  maximumScalar,
  mul,
  mulScalar,
  reshape,
  slice,
  sqrt,
  sub,
} from '../../engine/ops/index.js';
import type { Tensor } from '../../engine/tensor.js';
import type { Shape } from '../../engine/types.js';
import { identityMatrix } from './identity-matrix.js';

/** A pivot smaller than this fraction of its diagonal element is treated as zero with rounding error. */
const smallestPivot = 1e-6;

/**
 * Returns R [K, r, r] with R^T R the inverse of symmetric positive semidefinite M [K, r, r]; if M is singular, the
 * inverse of its part in the columns that do not depend on earlier ones. Computed by unpivoted Cholesky elimination of
 * [M | I], one outer product per step. Columns with vanishing pivots are skipped (their rows of R are 0), so that
 * singular matrices need no ridge, and CUDA no cuSOLVER. Not differentiable.
 */
export function inverseRoot(matrices: Tensor): Tensor {
  const [count, size] = matrices.shape;
  const identity = reshape(identityMatrix(matrices.program, size), [1, size, size]);
  const part = (x: Tensor, row: number, column: number, ...shape: Shape): Tensor =>
    slice(x, [0, row, column], [count, ...shape]);
  const rows: Tensor[] = [];
  let left = concat([matrices, broadcastTo(identity, matrices.shape)], 2);
  for (let j = 0; j < size; j++) {
    const height = size - j;
    const width = height + size;
    const own = part(matrices, j, j, 1, 1);
    const pivot = part(left, 0, 0, 1, 1);
    const kept = cast(greaterEqual(pivot, maximumScalar(mulScalar(own, smallestPivot), tiny)), 'float32');
    // Not 1 / sqrt(pivot), which a graph would compute as one less exact operation.
    const root = sqrt(div(kept, maximumScalar(pivot, tiny)));
    const row = mul(part(left, 0, 0, 1, width), root);
    rows.push(part(row, 0, height, 1, size));
    if (height === 1) break;
    const column = reshape(part(row, 0, 1, 1, height - 1), [count, height - 1, 1]);
    left = sub(part(left, 1, 1, height - 1, width - 1), mul(column, part(row, 0, 1, 1, width - 1)));
  }
  return concat(rows, 1);
}

/** Smaller variances are treated as zero: the inverse of their square root would not be a normal number. */
const tiny = 1e-30;
