// The user's own optimizer: the config section that names its module, and the module's interface.
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

/** What `createOptimizer` of a user's file is called with. `Kit` is what it builds with: operations, state. */
interface OptimizerRequest<Kit> {
  readonly options: CustomOptimizerOptions['options'];
  readonly learningRate: number;
  readonly kit: Kit;
}

/** What it gives: its learning rate is that of the config. It may leave out what it does not have. */
export type OwnOptimizer = Pick<Optimizer, 'name' | 'update'> &
  Partial<Pick<Optimizer, 'state' | 'scalars' | 'elementwise'>>;

export type OptimizerFactory<Kit> = (request: OptimizerRequest<Kit>) => OwnOptimizer;
