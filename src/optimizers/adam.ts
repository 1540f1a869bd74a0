// Adam in PyTorch's form (Kingma and Ba, 2015), with coupled weight decay.
import { div, mul, sqrt, square, addScalar, sub } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { blend, decayed, stateOf, type Optimizer, type ParameterUpdate } from './optimizer.js';
import type { AdamOptions } from './options.js';

type Moments = Pick<AdamOptions, 'beta1' | 'beta2' | 'epsilon'>;

/** The running means of the gradient and squared gradient. */
export const adamState = (parameter: TensorDeclaration): TensorDeclaration[] => [
  stateOf('mean', parameter),
  stateOf('square', parameter),
];

/** The learning rate and the factor of the square root, with bias correction. */
export const adamScalars = ({ beta1, beta2 }: Moments) =>
  ({
    stepSize: ({ learningRate, step }) => learningRate / (1 - beta1 ** step),
    correction: ({ step }) => 1 / Math.sqrt(1 - beta2 ** step),
  }) satisfies Optimizer['scalars'];

/**
 * m = beta1 m + (1 − beta1) g; s = beta2 s + (1 − beta2) g^2. Returns the value to subtract from the weights:
 * stepSize m / (correction sqrt(s) + epsilon).
 */
export function adamChange(
  { program, parameter, scalars }: ParameterUpdate,
  gradient: Tensor,
  { beta1, beta2, epsilon }: Moments,
): Tensor {
  const [means, squares] = adamState(parameter);
  const meanSquare = blend(program.read(squares), square(gradient), beta2);
  program.assign(squares, meanSquare);
  const mean = blend(program.read(means), gradient, beta1);
  program.assign(means, mean);
  const root = addScalar(mul(sqrt(meanSquare), scalars.correction), epsilon);
  return mul(div(mean, root), scalars.stepSize);
}

/** g += wd w, then `adamChange`. */
export function createAdam(options: AdamOptions): Optimizer {
  return {
    name: 'adam',
    learningRate: options.learningRate,
    state: adamState,
    scalars: adamScalars(options),
    update(update) {
      const { program, parameter, value } = update;
      const gradient = decayed(update.gradient, value, options.weightDecay);
      program.assign(parameter, sub(value, adamChange(update, gradient, options)));
    },
  };
}
