// The config section `loss`: one schema for each loss of the registry.
import { z } from 'zod';

/** Cross entropy: the baseline of every table. */
const crossEntropyOptions = z.strictObject({ name: z.literal('cross-entropy') });

/** The forms of ISDA's covariance: those of Table 5, and a sketch of the full matrix. */
export const covarianceForms = ['full', 'diagonal', 'identity', 'single', 'sketch'] as const;

const defaultRank = 32;

/** ISDA (paper, section 3). */
export const isdaOptions = z
  .strictObject({
    name: z.literal('isda'),
    lambda0: z.number().min(0).default(0.5).describe('augmentation strength at the end of training'),
    covariance: z
      .enum(covarianceForms)
      .default('full')
      .describe(
        'full: one A x A matrix per class; diagonal: variances only; identity: I; single: one matrix for all; sketch: like full, ' +
          'approximated by its product with `rank` random directions and its diagonal',
      ),
    rank: z
      .int()
      .min(0)
      .default(defaultRank)
      .describe('rank of the sketch, for covariance: sketch; 0 is diagonal, the number of features or more is full'),
    schedule: z
      .enum(['iteration', 'epoch', 'constant'])
      .default('iteration')
      .describe(
        'iteration, epoch: lambda = (t/T) lambda0, with t the iteration or the epoch (from 0); constant: lambda0 throughout',
      ),
  })
  .refine(({ covariance, rank }) => covariance === 'sketch' || rank === defaultRank, {
    path: ['rank'],
    error: 'only covariance: sketch has a rank',
  });

/** Focal loss (Lin et al., 2017). */
const focalOptions = z.strictObject({
  name: z.literal('focal'),
  alpha: z.number().gt(0).default(0.5).describe('factor of the whole loss'),
  gamma: z
    .number()
    .min(0)
    .default(1)
    .describe('exponent of 1 − p_y; larger values give well-classified samples less weight'),
});

/** L_q (Zhang and Sabuncu, 2018). */
const lqOptions = z.strictObject({
  name: z.literal('lq'),
  q: z.number().gt(0).max(1).default(0.4).describe('exponent; near 0: cross entropy, 1: mean absolute error'),
  truncation: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('k of truncated L_q: an image with p_y below it counts as if p_y were k, and has no gradient; 0: none'),
});

/** Center loss (Wen et al., 2016). */
const centerOptions = z.strictObject({
  name: z.literal('center'),
  weight: z.number().min(0).default(0.003).describe('factor of half the mean squared distance to the centres'),
  centerLearningRate: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe("initial learning rate of the centres' own SGD; the schedule lowers it like the optimizer's"),
});

/** Large-margin softmax (Liu et al., 2016); lambda = max(lambdaMin, lambda0 (1 + lambdaDecay t)^−lambdaPower). */
const largeMarginOptions = z.strictObject({
  name: z.literal('large-margin'),
  margin: z.int().min(1).max(4).default(2).describe('m: factor that multiplies the angle to the target weight'),
  lambda0: z
    .number()
    .min(0)
    .default(1000)
    .describe('initial weight of the plain logit relative to the logit with margin'),
  lambdaDecay: z.number().min(0).default(1e-5).describe('lambda falls with (1 + lambdaDecay iteration)^−lambdaPower'),
  lambdaPower: z.number().min(0).default(45).describe('see lambdaDecay'),
  lambdaMin: z.number().min(0).default(0).describe('lower bound of lambda'),
});

/** DisturbLabel (Xie et al., 2016). */
const disturbLabelOptions = z.strictObject({
  name: z.literal('disturb-label'),
  noiseRate: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('fraction of labels that each step redraws from all classes, including their own'),
});

/** Label smoothing (Szegedy et al., 2016); not in the paper's tables. */
const labelSmoothingOptions = z.strictObject({
  name: z.literal('label-smoothing'),
  smoothing: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('fraction of the target that is spread evenly over all classes, including its own'),
});

export const lossOptions = z.discriminatedUnion('name', [
  crossEntropyOptions,
  isdaOptions,
  focalOptions,
  lqOptions,
  centerOptions,
  largeMarginOptions,
  disturbLabelOptions,
  labelSmoothingOptions,
]);
export type LossOptions = z.output<typeof lossOptions>;
export type IsdaOptions = z.output<typeof isdaOptions>;
export type FocalOptions = z.output<typeof focalOptions>;
export type LqOptions = z.output<typeof lqOptions>;
export type CenterOptions = z.output<typeof centerOptions>;
export type LargeMarginOptions = z.output<typeof largeMarginOptions>;
export type DisturbLabelOptions = z.output<typeof disturbLabelOptions>;
export type LabelSmoothingOptions = z.output<typeof labelSmoothingOptions>;
