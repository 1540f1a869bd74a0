// Gradient checkpointing: recomputes activations in the backward pass to save memory.
import { pullBack } from './gradients.js';
import { detach, withGradient, type Tensor } from './tensor.js';

/**
 * What `compute` gives, without keeping the values in between for the backward pass, which computes them once more,
 * bit for bit the same. `compute` is called with tensors that stand for `inputs`, and with `again` the second time,
 * when nothing may be assigned; it must depend on nothing differentiable but its inputs.
 */
export function recomputed(
  inputs: readonly Tensor[],
  compute: (inputs: readonly Tensor[], again: boolean) => Tensor,
): Tensor {
  const value = compute(inputs.map(detach), false);
  return withGradient(value, inputs, (gradient, wanted) => {
    const { program } = gradient;
    // Without this order a captured step would compute both times in the forward pass and keep the values after all.
    const anew = inputs.map((input, index): Tensor => ({
      ...program.after(input, gradient),
      needsGradient: wanted[index],
      origin: undefined,
    }));
    return pullBack(compute(anew, true), gradient, anew);
  });
}
