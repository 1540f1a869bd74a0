// AdamW in PyTorch's form (Loshchilov and Hutter, 2019): Adam with decoupled weight decay.
import { mul, sub } from '../engine/ops/index.js';
import { adamChange, adamScalars, adamState } from './adam.js';
import type { Optimizer } from './optimizer.js';
import type { AdamwOptions } from './options.js';

/** w *= 1 − lr wd, then Adam's step on the plain gradient. */
export function createAdamw(options: AdamwOptions): Optimizer {
  return {
    name: 'adamw',
    learningRate: options.learningRate,
    state: adamState,
    scalars: { ...adamScalars(options), kept: ({ learningRate }) => 1 - learningRate * options.weightDecay },
    update(update) {
      const { program, parameter, value, gradient, scalars } = update;
      program.assign(parameter, sub(mul(value, scalars.kept), adamChange(update, gradient, options)));
    },
  };
}
