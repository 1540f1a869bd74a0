// Custom optimizers: the config section with the module's path, and the interface of the module.
import { z } from 'zod';
import { moduleOptions } from '../common/modules.js';
import type { Optimizer } from './optimizer.js';
import { commonOptions, learningRate } from './options.js';

const { module, options } = moduleOptions('createOptimizer');

/** `optimizer: {name: custom, module: ./my-optimizer.js, learningRate: 0.1, options: {…}}` */
export const customOptimizerOptions = z.strictObject({
  name: z.literal('custom'),
  module,
  learningRate: learningRate(0.1),
  options,
  ...commonOptions,
});
export type CustomOptimizerOptions = z.output<typeof customOptimizerOptions>;

/** The argument of `createOptimizer` in a user's file. `Kit` is the type of its building blocks: operations, state. */
interface OptimizerRequest<Kit> {
  readonly options: CustomOptimizerOptions['options'];
  readonly learningRate: number;
  readonly kit: Kit;
}

/**
 * The return value. The learning rate is taken from the config. Parts that the optimizer does not have may be omitted.
 */
export type OwnOptimizer = Pick<Optimizer, 'name' | 'update'> &
  Partial<Pick<Optimizer, 'state' | 'scalars' | 'elementwise'>>;

export type OptimizerFactory<Kit> = (request: OptimizerRequest<Kit>) => OwnOptimizer;
