// Dropout of values, and of residual branches by image.
import { cannot } from '../common/errors.js';
import { cast, floatScalar, greaterEqual, mul, mulScalar } from '../engine/ops/index.js';
import type { Shape } from '../engine/types.js';
import { keyedUniform } from './keyed-noise.js';
import type { Layer } from './layer.js';

/**
 * In training, sets values to zero with probability `rate` and scales the others by 1 / (1 − rate). `drawnShape`
 * returns the shape of the random draws, which are broadcast to the shape of x. Errors: `rate` is not in [0, 1].
 */
function dropping(name: string, rate: number, drawnShape: (shape: Shape) => Shape): Layer {
  if (!(rate >= 0 && rate <= 1)) {
    throw cannot(`create the layer ${name}`, `its rate is ${rate}, expected a number from 0 to 1`, {
      code: 'module/unusable',
    });
  }
  const scale = rate === 1 ? 0 : 1 / (1 - rate);
  return {
    tensors: [],
    apply(x, { program, training, seed }) {
      if (!training || rate === 0) return x;
      const kept = greaterEqual(keyedUniform(seed, drawnShape(x.shape), name), floatScalar(program, rate));
      return mul(x, mulScalar(cast(kept, x.dtype), scale));
    },
  };
}

/**
 * In training, sets each value to zero with probability `rate` and scales the others by 1 / (1 − rate); for any shape.
 */
export const dropout = (name: string, rate: number): Layer => dropping(name, rate, (shape) => shape);

/**
 * Stochastic depth (Huang et al., 2016), as timm's DropPath: in training, sets the output of a residual branch to zero
 * with probability `rate`, drawn separately for each image, and scales the others by 1 / (1 − rate). The first axis of
 * x counts the images.
 */
export const dropPath = (name: string, rate: number): Layer =>
  dropping(name, rate, (shape) => shape.map((extent, axis) => (axis === 0 ? extent : 1)));
