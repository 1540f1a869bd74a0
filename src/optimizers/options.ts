// The config section `optimizer`: one schema for each optimizer of the registry, with PyTorch's names and defaults.
import { z } from 'zod';

export const learningRate = (value: number) =>
  z.number().positive().default(value).describe('initial learning rate; the schedule lowers it');
const share = (value: number, what: string) => z.number().min(0).lt(1).default(value).describe(what);
const epsilon = z.number().positive().default(1e-8).describe('added to the square root of the mean square gradient');
const weightDecay = (value: number) =>
  z.number().min(0).default(value).describe('L2 penalty: this times the weight is added to the gradient');

/**
 * Keys of every optimizer. They have no defaults, so that an absent key does not change the fingerprints of other
 * runs.
 */
export const commonOptions = {
  headLearningRateFactor: z
    .number()
    .positive()
    .optional()
    .describe('factor of the learning rate of the last fully connected layer; 1 if not given'),
};

/** SGD with momentum; the defaults are the paper's (supplement B). Used if the section has no name. */
const sgdOptions = z.strictObject({
  name: z.literal('sgd').default('sgd').describe('stochastic gradient descent'),
  learningRate: learningRate(0.1),
  momentum: share(0.9, 'momentum factor'),
  nesterov: z.boolean().default(true).describe('Nesterov momentum'),
  weightDecay: weightDecay(1e-4),
  ...commonOptions,
});

const moments = {
  beta1: share(0.9, 'decay rate of the running mean of the gradient'),
  beta2: share(0.999, 'decay rate of the running mean of the squared gradient'),
  epsilon,
};

/** Adam (Kingma and Ba, 2015), with coupled weight decay. */
export const adamOptions = z.strictObject({
  name: z.literal('adam'),
  learningRate: learningRate(1e-3),
  ...moments,
  weightDecay: weightDecay(0),
  ...commonOptions,
});

/** AdamW (Loshchilov and Hutter, 2019): Adam with decoupled weight decay. */
const adamwOptions = z.strictObject({
  name: z.literal('adamw'),
  learningRate: learningRate(1e-3),
  ...moments,
  weightDecay: z
    .number()
    .min(0)
    .default(0.01)
    .describe('decoupled weight decay: each step subtracts learning rate times this times the weight'),
  ...commonOptions,
});

/** RMSprop (Tieleman and Hinton, 2012), with coupled weight decay. */
export const rmspropOptions = z.strictObject({
  name: z.literal('rmsprop'),
  learningRate: learningRate(0.01),
  alpha: share(0.99, 'decay rate of the running mean of the squared gradient'),
  epsilon,
  momentum: share(0, 'momentum factor'),
  centered: z.boolean().default(false).describe('use the variance of the gradient instead of its mean square'),
  weightDecay: weightDecay(0),
  ...commonOptions,
});

export const optimizerOptions = z.discriminatedUnion('name', [sgdOptions, adamOptions, adamwOptions, rmspropOptions]);
export type OptimizerOptions = z.output<typeof optimizerOptions>;
export type SgdOptions = z.output<typeof sgdOptions>;
export type AdamOptions = z.output<typeof adamOptions>;
export type AdamwOptions = z.output<typeof adamwOptions>;
export type RmspropOptions = z.output<typeof rmspropOptions>;

/** The default section. */
export const defaultOptimizer = { name: 'sgd' } as const;
