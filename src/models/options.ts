// The config section `model`: one schema for each network family of the registry.
import { z } from 'zod';
import { firstWeights } from './first-weights.js';

const sixNPlusTwo = z
  .int()
  .min(8)
  .refine((depth) => (depth - 2) % 6 === 0, { error: 'expected 6n + 2 (8, 14, 20, 32, 44, 56, 110, …)' })
  .describe('6n + 2 layers');

const sixNPlusFour = z
  .int()
  .min(10)
  .refine((depth) => (depth - 4) % 6 === 0, { error: 'expected 6n + 4 (10, 16, 22, 28, 34, 40, 100, …)' })
  .describe('6n + 4 layers');

const rate = (place: string) => z.number().min(0).lt(1).default(0).describe(`dropout rate, ${place}`);

/** CIFAR ResNet of He et al. (2016), depth 6n + 2. */
const resnetOptions = z.strictObject({
  name: z.literal('resnet'),
  depth: sixNPlusTwo.default(32),
  dropout: rate('after the first ReLU of every block'),
  ...firstWeights,
});

/** CIFAR ResNet with squeeze-excitation (Hu et al., 2018) in every block. */
const seResnetOptions = z.strictObject({
  name: z.literal('se-resnet'),
  depth: sixNPlusTwo.default(110),
  dropout: rate('after the first ReLU of every block'),
  ...firstWeights,
});

/** Wide ResNet WRN-d-k of Zagoruyko and Komodakis (2016). */
const wrnOptions = z.strictObject({
  name: z.literal('wrn'),
  depth: sixNPlusFour.default(28),
  width: z.int().min(1).default(10).describe('widening factor k relative to a CIFAR ResNet'),
  dropout: rate('between the two convolutions of every block'),
  ...firstWeights,
});

/** CIFAR ResNeXt-d of Xie et al. (2017), `cardinality`x`width`d. */
const resnextOptions = z.strictObject({
  name: z.literal('resnext'),
  depth: z
    .int()
    .min(11)
    .default(29)
    .refine((depth) => (depth - 2) % 9 === 0, { error: 'expected 9n + 2 (11, 20, 29, 38, …)' })
    .describe('9n + 2 layers'),
  cardinality: z.int().min(1).default(8).describe('groups of the 3x3 convolutions'),
  width: z
    .int()
    .min(1)
    .default(64)
    .describe('channels per group in the first stage; two and four times as many in the later ones'),
  ...firstWeights,
});

/** DenseNet-BC-L-k of Huang et al. (2017). */
const densenetOptions = z.strictObject({
  name: z.literal('densenet-bc'),
  depth: sixNPlusFour.default(100),
  growth: z.int().min(1).default(12).describe('k: channels that every layer adds; the stem has 2k'),
  dropout: rate('after the second convolution of every layer'),
  recompute: z
    .boolean()
    .default(false)
    .describe('recompute the normalization of concatenated channels in the backward pass: less memory, more time'),
  ...firstWeights,
});

/** Shake-Shake of Gastaldi (2017), depth 6n + 2 with two branches per block. */
const shakeShakeOptions = z.strictObject({
  name: z.literal('shake-shake'),
  depth: sixNPlusTwo.default(26),
  width: z
    .int()
    .min(2)
    .default(32)
    .refine((width) => width % 2 === 0, { error: 'expected an even number' })
    .describe('channels of the first stage, the W of 2xWd; an even number'),
  shake: z
    .enum(['random', 'fixed'])
    .default('random')
    .describe(
      'weights of the branches in training. random: drawn per image, and again in the backward pass; fixed: one half each',
    ),
  ...firstWeights,
});

/** ImageNet ResNet of He et al. (2016); in bottlenecks the 3x3 convolution has the stride. */
const imagenetResnetOptions = z.strictObject({
  name: z.literal('imagenet-resnet'),
  depth: z.literal([18, 34, 50, 101, 152]).default(50).describe('layers; bottlenecks from 50 on'),
  ...firstWeights,
});

/** ImageNet ResNeXt of Xie et al. (2017). */
const imagenetResnextOptions = z.strictObject({
  name: z.literal('imagenet-resnext'),
  depth: z.literal([50, 101, 152]).default(50).describe('layers'),
  cardinality: z.int().min(1).default(32).describe('groups of the 3x3 convolutions, the 32 of 32x4d'),
  width: z.int().min(1).default(4).describe('channels per group in the first stage, the 4 of 32x4d'),
  ...firstWeights,
});

/** PyramidNet of Han et al. (2017) with ShakeDrop and bottlenecks, for CIFAR. */
const pyramidnetOptions = z.strictObject({
  name: z.literal('pyramidnet'),
  depth: z
    .int()
    .min(11)
    .default(272)
    .refine((depth) => (depth - 2) % 9 === 0, { error: 'expected 9n + 2 (11, 20, 29, …, 110, …, 272, …)' })
    .describe('9n + 2 layers'),
  alpha: z.int().min(1).default(200).describe('total growth of the width over all blocks, from 16 channels'),
  ...firstWeights,
});

export const modelOptions = z.discriminatedUnion('name', [
  resnetOptions,
  seResnetOptions,
  wrnOptions,
  resnextOptions,
  densenetOptions,
  shakeShakeOptions,
  pyramidnetOptions,
  imagenetResnetOptions,
  imagenetResnextOptions,
]);
export type ModelOptions = z.output<typeof modelOptions>;
/** The section `model` as written in a config, with defaults omitted. */
export type ModelInput = z.input<typeof modelOptions>;
export type ResnetOptions = z.output<typeof resnetOptions>;
export type SeResnetOptions = z.output<typeof seResnetOptions>;
export type WrnOptions = z.output<typeof wrnOptions>;
export type ResnextOptions = z.output<typeof resnextOptions>;
export type DensenetOptions = z.output<typeof densenetOptions>;
export type ShakeShakeOptions = z.output<typeof shakeShakeOptions>;
export type ImagenetResnetOptions = z.output<typeof imagenetResnetOptions>;
export type ImagenetResnextOptions = z.output<typeof imagenetResnextOptions>;
export type PyramidnetOptions = z.output<typeof pyramidnetOptions>;
