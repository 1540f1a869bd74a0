// The config section `augmentation`: its schema, units and defaults.
import { z } from 'zod';
import { moduleOptions } from '../../common/modules.js';

const range = (low: number, high: number, limit: number) =>
  z
    .tuple([z.number().gt(0).max(limit), z.number().gt(0).max(limit)])
    .default([low, high])
    .refine(([from, to]) => from <= to, { error: 'expected the smaller number first' });

const randomResizedCropOptions = z.strictObject({
  scale: range(0.08, 1, 1).describe("smallest and largest fraction of the image's area"),
  ratio: range(3 / 4, 4 / 3, 100).describe('smallest and largest aspect ratio, width / height'),
});

const cutoutOptions = z.strictObject({
  length: z.int().min(1).default(16).describe('side of the hole in pixels'),
  fill: z
    .enum(['mean', 'black'])
    .default('mean')
    .describe(
      '`mean`: the byte nearest to the mean of each channel, about 0 after normalization; `black`: 0 before it',
    ),
});
export type CutoutOptions = z.output<typeof cutoutOptions>;

const mixingOptions = (what: string) =>
  z
    .union([
      z.literal(false),
      z.strictObject({
        alpha: z.number().gt(0).max(100).default(1).describe('lambda of a batch is drawn from Beta(alpha, alpha)'),
        probability: z.number().gt(0).max(1).default(1).describe('probability that a batch is mixed'),
      }),
    ])
    .default(false)
    .describe(what);

/** `custom: {module: ./my-augmentation.js, options: {…}}` */
const customAugmentationOptions = z.strictObject(moduleOptions('createAugmentation'));
export type CustomAugmentationOptions = z.output<typeof customAugmentationOptions>;

/** `augmentation`: applied to training images only, in the order of the keys. */
export const augmentationOptions = z.strictObject({
  // Without a default: an absent key does not change the fingerprints of CIFAR runs.
  randomResizedCrop: z
    .union([z.literal(false), randomResizedCropOptions])
    .optional()
    .describe('for image folders only, {} by default: a random crop resized to imageSize; false: the evaluation crop'),
  padCrop: z
    .union([
      z.literal(false),
      z.strictObject({
        padding: z.int().min(1).max(16).default(4).describe('pixels added on every side'),
        mode: z.enum(['reflect', 'zero']).default('reflect').describe('values of the added pixels'),
      }),
    ])
    .default({ padding: 4, mode: 'reflect' })
    .describe('pad, then take a random crop of the original size; false: neither, the default for image folders'),
  flip: z.boolean().default(true).describe('horizontal flip with probability 0.5'),
  autoaugment: z
    .boolean()
    .default(false)
    .describe('AutoAugment: one of the 25 sub-policies found for CIFAR-10, which CIFAR-100 uses too'),
  cutout: z
    .union([z.literal(false), cutoutOptions])
    .default(false)
    .describe('Cutout: a square hole around a random pixel, clipped at the border, in every image; false: none'),
  // Without a default, like randomResizedCrop.
  custom: customAugmentationOptions.optional().describe('a custom augmentation, applied after all of these'),
  mixup: mixingOptions(
    'mixup, in the training step: lambda times an image plus 1 − lambda times another of its batch, and the same for labels; false: none',
  ),
  cutmix: mixingOptions(
    'CutMix, in the training step: a box is replaced by that of another image of the batch, labels are weighted by area; together with mixup, one of the two per batch; false: none',
  ),
});
export type AugmentationOptions = z.output<typeof augmentationOptions>;
export type MixingOptions = Pick<AugmentationOptions, 'mixup' | 'cutmix'>;

/** The defaults of `augmentation` for image folders; those of all other data sets are in the schema. */
export const folderAugmentation = { randomResizedCrop: {}, padCrop: false } as const;
