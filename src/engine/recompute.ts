// Gradient checkpointing: recomputes activations in the backward pass to save memory.
import { pullBack } from './gradients.js';
import { detach, withGradient, type Tensor } from './tensor.js';

/**
 * Returns the result of `compute` without keeping intermediate values for the backward pass, which recomputes them
 * with identical bits. `compute` is called with tensors that stand for `inputs`; the second time, `again` is true and
 * nothing may be assigned. It must not depend on differentiable values other than its inputs.
 */
export function recomputed(
  inputs: readonly Tensor[],
  compute: (inputs: readonly Tensor[], again: boolean) => Tensor,
): Tensor {
  const value = compute(inputs.map(detach), false);
  return withGradient(value, inputs, (gradient, wanted) => {
    const { program } = gradient;
    // Without this order a captured step would compute both in the forward pass and keep the values after all.
    const anew = inputs.map((input, index): Tensor => ({
      ...program.after(input, gradient),
      needsGradient: wanted[index],
      origin: undefined,
    }));
    return pullBack(compute(anew, true), gradient, anew);
  });
}
