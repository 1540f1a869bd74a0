// The config section `optimizer`: its schema, units and defaults.
import { z } from 'zod';

/** `optimizer`: SGD with momentum and coupled weight decay on every parameter (paper, supplement B). */
export const optimizerOptions = z.strictObject({
  name: z.literal('sgd').default('sgd').describe('stochastic gradient descent, the only one'),
  learningRate: z.number().positive().default(0.1).describe('of the first epoch; the schedule lowers it'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('share of the last step that is kept'),
  nesterov: z.boolean().default(true).describe('Nesterov momentum'),
  weightDecay: z.number().min(0).default(1e-4).describe('times the weight, added to every gradient'),
});
export type OptimizerOptions = z.output<typeof optimizerOptions>;
