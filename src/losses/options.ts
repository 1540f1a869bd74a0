// The config section `loss`: one schema for each loss of the registry.
import { z } from 'zod';

/** Cross entropy: the baseline of every table. */
export const crossEntropyOptions = z.strictObject({ name: z.literal('cross-entropy') });

/** ISDA (paper, section 3). */
export const isdaOptions = z.strictObject({
  name: z.literal('isda'),
  lambda0: z.number().min(0).default(0.5).describe('augmentation strength at the end of training'),
  covariance: z
    .enum(['full', 'diagonal', 'identity', 'single'])
    .default('full')
    .describe('full: one A x A matrix a class; diagonal: variances only; identity: I; single: one matrix for all'),
  schedule: z
    .enum(['iteration', 'epoch', 'constant'])
    .default('iteration')
    .describe('lambda = (t/T) lambda0 with t the iteration or the epoch (from 0), or lambda0 throughout'),
});

/** Focal loss (Lin et al., 2017). */
export const focalOptions = z.strictObject({
  name: z.literal('focal'),
  alpha: z.number().gt(0).default(0.5).describe('factor of the whole loss'),
  gamma: z.number().min(0).default(1).describe('power of 1 − p_y: how little well-classified samples count'),
});

export const lossOptions = z.discriminatedUnion('name', [crossEntropyOptions, isdaOptions, focalOptions]);
export type LossOptions = z.output<typeof lossOptions>;
export type IsdaOptions = z.output<typeof isdaOptions>;
export type FocalOptions = z.output<typeof focalOptions>;
