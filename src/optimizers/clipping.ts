// Clipping of gradients by their norm over all parameters.
import { addN, addScalar, div, floatScalar, maximumScalar, mul, sqrt, square, sum } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';

/**
 * Gradients times maxNorm / (norm + 1e-6) where that is below 1, as by PyTorch's `clip_grad_norm_`: their direction
 * stays, their Euclidean norm, over all of them as one vector, is at most `maxNorm`. Weight decay is added afterwards.
 */
export function clippedByNorm(gradients: readonly Tensor[], maxNorm: number): Tensor[] {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.length === 1 ? squares[0] : addN(squares));
  const factor = div(floatScalar(norm.program, maxNorm), maximumScalar(addScalar(norm, 1e-6), maxNorm));
  return gradients.map((gradient) => mul(gradient, factor));
}
