// The config sections `dataset` and `augmentation`: their schema, units and defaults.
import { z } from 'zod';

const count = z.int().min(1);

/** `dataset`. `dir` holds the binary files themselves or the folder that the official archive unpacks to. */
export const datasetOptions = z.strictObject({
  name: z.enum(['cifar10', 'cifar100']).describe('the data set, in its binary version'),
  dir: z.string().min(1).optional().describe('folder of the binary files; default: $ISDA_DATA, then ./data'),
  subset: count.optional().describe('use only this many training images (class-balanced, deterministic)'),
  testSubset: count.optional().describe('use only this many test images (class-balanced, deterministic)'),
  holdout: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'training images held out (class-balanced, deterministic) and used for evaluation instead of the test set',
    ),
  maxBroken: z
    .int()
    .min(0)
    .optional()
    .describe(
      'image files that may be broken, 0 if not given; each is reported once, and the next readable one takes its place',
    ),
});
export type DatasetOptions = z.output<typeof datasetOptions>;

const cutoutOptions = z.strictObject({
  length: count.default(16).describe('side of the hole in pixels'),
  fill: z
    .enum(['mean', 'black'])
    .default('mean')
    .describe(
      '`mean`: the byte nearest to the mean of each channel, about 0 after normalisation; `black`: 0 before it',
    ),
});
export type CutoutOptions = z.output<typeof cutoutOptions>;

/** `augmentation`: applied to training images only, in the order of the keys. */
export const augmentationOptions = z.strictObject({
  padCrop: z
    .union([
      z.literal(false),
      z.strictObject({
        padding: z.int().min(1).max(16).default(4).describe('pixels added on every side'),
        mode: z.enum(['reflect', 'zero']).default('reflect').describe('what the added pixels are'),
      }),
    ])
    .default({ padding: 4, mode: 'reflect' })
    .describe('pad, then crop a random part of the original size; false: neither'),
  flip: z.boolean().default(true).describe('horizontal flip with probability 0.5'),
  autoaugment: z
    .boolean()
    .default(false)
    .describe('AutoAugment: one of the 25 sub-policies found for CIFAR-10, which CIFAR-100 uses too'),
  cutout: z
    .union([z.literal(false), cutoutOptions])
    .default(false)
    .describe('Cutout: a square hole around a random pixel, clipped at the border, in every image; false: none'),
});
export type AugmentationOptions = z.output<typeof augmentationOptions>;
