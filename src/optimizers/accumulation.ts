// Gradient accumulation: several batches make one update, that of one batch with all their images.
import { add, mul, mulScalar, zerosLike } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { stateOf, type Optimizer } from './optimizer.js';

/** The input of a step that ends a group of batches: 1 / the images of the group. */
export const gradientScale = 'gradient.scale';

/** What one batch is to its group. */
export interface GroupedBatch {
  /** Images of the batch. */
  readonly images: number;
  /** 1 / the images of the group, where the batch is the last of it. */
  readonly scale?: Tensor;
}

/** The sum over images of a parameter's gradient, of the group's batches so far. */
const accumulatedOf = (parameter: TensorDeclaration): TensorDeclaration => stateOf('accumulated', parameter);

/** The same optimizer, which also remembers the gradients of batches that were not followed by an update. */
export const withAccumulation = (optimizer: Optimizer): Optimizer => ({
  ...optimizer,
  state: (parameter) => [...optimizer.state(parameter), accumulatedOf(parameter)],
});

/**
 * The mean over a group's images of a parameter's gradient, given that over the last batch's. Undefined where more
 * batches follow: the gradient is added to what is remembered.
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
