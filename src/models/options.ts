// The config section `model`: one schema for each network family of the registry.
import { z } from 'zod';

/** CIFAR ResNet of He et al. (2016), depth 6n + 2. */
export const resnetOptions = z.strictObject({
  name: z.literal('resnet'),
  depth: z
    .int()
    .min(8)
    .default(32)
    .refine((depth) => (depth - 2) % 6 === 0, { error: 'expected 6n + 2 (8, 14, 20, 32, 44, 56, 110, …)' })
    .describe('6n + 2 layers'),
  dropout: z.number().min(0).lt(1).default(0).describe('rate, after the first ReLU of every block'),
});

/** Shake-Shake of Gastaldi (2017), depth 6n + 2 with two branches a block. */
export const shakeShakeOptions = z.strictObject({
  name: z.literal('shake-shake'),
  depth: z
    .int()
    .min(8)
    .default(26)
    .refine((depth) => (depth - 2) % 6 === 0, { error: 'expected 6n + 2 (8, 14, 20, 26, 32, …)' })
    .describe('6n + 2 layers'),
  width: z
    .int()
    .min(2)
    .default(32)
    .refine((width) => width % 2 === 0, { error: 'expected an even number' })
    .describe('channels of the first stage, the W of 2xWd; even'),
  shake: z
    .enum(['random', 'fixed'])
    .default('random')
    .describe('shares of the branches in training. random: drawn per image, anew backward; fixed: one half each'),
});

export const modelOptions = z.discriminatedUnion('name', [resnetOptions, shakeShakeOptions]);
export type ModelOptions = z.output<typeof modelOptions>;
export type ResnetOptions = z.output<typeof resnetOptions>;
export type ShakeShakeOptions = z.output<typeof shakeShakeOptions>;
