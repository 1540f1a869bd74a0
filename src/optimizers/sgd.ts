// SGD with momentum and coupled weight decay, in PyTorch's form (paper, supplement B).
import { mulScalar, sub } from '../engine/ops/index.js';
import { gradients } from '../engine/gradients.js';
import type { Program, Tensor } from '../engine/tensor.js';
import { declare, filledWith, type TensorDeclaration } from '../nn/tensors.js';
import type { OptimizerOptions } from './options.js';

/** The momentum buffer of a parameter. */
export function velocityOf({ name, shape, layout }: TensorDeclaration): TensorDeclaration {
  return declare(`optimizer.momentum.${name}`, 'state', shape, filledWith(0), layout);
}

/** One step on every parameter: g += wd w; v = mu v + g; w -= lr (g + mu v) (Nesterov) or lr v. */
export function applySgd(
  program: Program,
  loss: Tensor,
  parameters: readonly TensorDeclaration[],
  learningRate: Tensor,
  { momentum, nesterov, weightDecay }: OptimizerOptions,
): void {
  const values = parameters.map((parameter) => program.read(parameter));
  const slopes = gradients(loss, values);
  parameters.forEach((parameter, index) => {
    // A difference: a graph would join a sum with those inside the gradient, and round differently.
    const gradient = weightDecay === 0 ? slopes[index] : sub(slopes[index], mulScalar(values[index], -weightDecay));
    program.momentumStep({ parameter, velocity: velocityOf(parameter), gradient, learningRate, momentum, nesterov });
  });
}
