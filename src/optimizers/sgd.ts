// SGD with momentum and coupled weight decay, in PyTorch's form (paper, supplement B).
import type { TensorDeclaration } from '../nn/tensors.js';
import { decayed, stateOf, type Optimizer } from './optimizer.js';
import type { SgdOptions } from './options.js';

/** The momentum buffer of a parameter. */
export const velocityOf = (parameter: TensorDeclaration): TensorDeclaration => stateOf('momentum', parameter);

/**
 * g += wd w; v = mu v + g; w −= lr (g + mu v) (Nesterov) or lr v. The engine's `momentumStep` is one kernel that
 * updates both in place; separate operations would read every weight several times.
 */
export function createSgd({ learningRate, momentum, nesterov, weightDecay }: SgdOptions): Optimizer {
  return {
    name: 'sgd',
    learningRate,
    state: (parameter) => [velocityOf(parameter)],
    scalars: { learningRate: (moment) => moment.learningRate },
    update({ program, parameter, value, gradient, scalars }) {
      program.momentumStep({
        parameter,
        velocity: velocityOf(parameter),
        gradient: decayed(gradient, value, weightDecay),
        learningRate: scalars.learningRate,
        momentum,
        nesterov,
      });
    },
  };
}
