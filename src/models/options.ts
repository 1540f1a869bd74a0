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

/** ImageNet ResNet of He et al. (2016); the stride of a bottleneck is in its 3x3 convolution. */
export const imagenetResnetOptions = z.strictObject({
  name: z.literal('imagenet-resnet'),
  depth: z.literal([18, 34, 50, 101, 152]).default(50).describe('layers; bottlenecks from 50 on'),
});

/** ImageNet ResNeXt of Xie et al. (2017). */
export const imagenetResnextOptions = z.strictObject({
  name: z.literal('imagenet-resnext'),
  depth: z.literal([50, 101, 152]).default(50).describe('layers'),
  cardinality: z.int().min(1).default(32).describe('groups of the 3x3 convolutions, the 32 of 32x4d'),
  width: z.int().min(1).default(4).describe('channels a group in the first stage, the 4 of 32x4d'),
});

/** PyramidNet of Han et al. (2017) with ShakeDrop, in bottlenecks for CIFAR. */
export const pyramidnetOptions = z.strictObject({
  name: z.literal('pyramidnet'),
  depth: z
    .int()
    .min(11)
    .default(272)
    .refine((depth) => (depth - 2) % 9 === 0, { error: 'expected 9n + 2 (11, 20, 29, …, 110, …, 272, …)' })
    .describe('9n + 2 layers'),
  alpha: z.int().min(1).default(200).describe('by how much the width grows over all blocks, from 16'),
});

export const modelOptions = z.discriminatedUnion('name', [
  resnetOptions,
  shakeShakeOptions,
  imagenetResnetOptions,
  imagenetResnextOptions,
  pyramidnetOptions,
]);
export type ModelOptions = z.output<typeof modelOptions>;
export type ResnetOptions = z.output<typeof resnetOptions>;
export type ShakeShakeOptions = z.output<typeof shakeShakeOptions>;
export type ImagenetResnetOptions = z.output<typeof imagenetResnetOptions>;
export type ImagenetResnextOptions = z.output<typeof imagenetResnextOptions>;
export type PyramidnetOptions = z.output<typeof pyramidnetOptions>;
