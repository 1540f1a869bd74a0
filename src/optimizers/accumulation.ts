// Gradient accumulation: several batches make one update, equal to that of one batch with all their images.
import { add, mul, mulScalar, zerosLike } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { stateOf, type Optimizer } from './optimizer.js';

/** The step input that is given for the last batch of a group: 1 / the number of images in the group. */
export const gradientScale = 'gradient.scale';

/** A batch as part of a group. */
export interface GroupedBatch {
  /** Number of images in the batch. */
  readonly images: number;
  /** 1 / the number of images in the group; only for the group's last batch. */
  readonly scale?: Tensor;
}

/** Declares the sum over images of a parameter's gradient, for the group's batches so far. */
const accumulatedOf = (parameter: TensorDeclaration): TensorDeclaration => stateOf('accumulated', parameter);

/** Returns the same optimizer with state for the gradients of batches without an update. */
export const withAccumulation = (optimizer: Optimizer): Optimizer => ({
  ...optimizer,
  state: (parameter) => [...optimizer.state(parameter), accumulatedOf(parameter)],
});

/**
 * Returns the mean of a parameter's gradient over a group's images, given the mean over the current batch. If more
 * batches follow, adds the gradient to the accumulated sum and returns undefined.
 */
export function accumulated(
  parameter: TensorDeclaration,
  gradient: Tensor,
  { images, scale }: GroupedBatch,
): Tensor | undefined {
  const { program } = gradient;
  const sum = accumulatedOf(parameter);
  const total = add(program.read(sum), mulScalar(gradient, images));
  program.assign(sum, scale === undefined ? total : zerosLike(total));
  return scale === undefined ? undefined : mul(total, scale);
}
