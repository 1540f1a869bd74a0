// RMSprop in PyTorch's form (Tieleman and Hinton, 2012), with coupled weight decay.
import { add, div, mul, mulScalar, square, sub } from '../engine/ops/index.js';
import { blend, decayed, rootPlus, stateOf, type Optimizer } from './optimizer.js';
import type { RmspropOptions } from './options.js';

/**
 * g += wd w; s = alpha s + (1 − alpha) g^2; centered: a = alpha a + (1 − alpha) g, and s − a^2 replaces s below;
 * d = g / (sqrt(s) + epsilon), or with momentum d = mu d + g / (sqrt(s) + epsilon); w −= lr d.
 */
export function createRmsprop(options: RmspropOptions): Optimizer {
  const { learningRate, alpha, epsilon, momentum, centered, weightDecay } = options;
  return {
    name: 'rmsprop',
    learningRate,
    state: (parameter) => [
      stateOf('square', parameter),
      ...(centered ? [stateOf('mean', parameter)] : []),
      ...(momentum > 0 ? [stateOf('momentum', parameter)] : []),
    ],
    scalars: { stepSize: (moment) => moment.learningRate },
    update({ program, parameter, value, gradient: plain, scalars }) {
      const gradient = decayed(plain, value, weightDecay);
      const [squares, means, velocity] = ['square', 'mean', 'momentum'].map((kind) => stateOf(kind, parameter));
      let spread = blend(program.read(squares), square(gradient), alpha);
      program.assign(squares, spread);
      if (centered) {
        const mean = blend(program.read(means), gradient, alpha);
        program.assign(means, mean);
        spread = sub(spread, square(mean));
      }
      let direction = div(gradient, rootPlus(spread, epsilon));
      if (momentum > 0) {
        direction = add(mulScalar(program.read(velocity), momentum), direction);
        program.assign(velocity, direction);
      }
      program.assign(parameter, sub(value, mul(direction, scalars.stepSize)));
    },
  };
}
