// Clipping of gradients by their norm over all parameters.
import { addN, addScalar, div, floatScalar, maximumScalar, mul, sqrt, square, sum } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';

/**
 * Multiplies gradients by maxNorm / (norm + 1e-6) if that is below 1, like PyTorch's `clip_grad_norm_`: the direction
 * is unchanged, and the Euclidean norm of all gradients as one vector is at most `maxNorm`. Weight decay is added
 * afterwards.
 */
export function clippedByNorm(gradients: readonly Tensor[], maxNorm: number): Tensor[] {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.length === 1 ? squares[0] : addN(squares));
  const factor = div(floatScalar(norm.program, maxNorm), maximumScalar(addScalar(norm, 1e-6), maxNorm));
  return gradients.map((gradient) => mul(gradient, factor));
}
