// The config section `dataset`: its schema, units and defaults.
import { z } from 'zod';
import { pathOption } from '../common/path-option.js';
import { moduleOptions } from '../common/modules.js';
import { cifarFormats, type CifarName } from './datasets/cifar/format.js';

const count = z.int().min(1);

/** Images of a trained generator, added to the real ones (paper, section 5). */
const syntheticOptions = z.strictObject({
  generator: pathOption().describe(
    'folder of `isda gan train`, or a generator file; its content, not its path, identifies the experiment',
  ),
  fraction: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1667)
    .describe('fraction of every training batch; the default is 21 images of 128'),
  images: count
    .default(50_000)
    .describe('number of synthetic images to generate, equally many per class; they are cached'),
  seed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe('seed of the synthetic images, independent of training.seed'),
  checksum: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'expected 64 hexadecimal digits' })
    .optional()
    .describe('SHA-256 of the generator, filled in automatically; if given, the generator must match it'),
});
export type SyntheticOptions = z.output<typeof syntheticOptions>;

/** Keys of every data set: the selection of its images. */
const choice = {
  subset: count.optional().describe('use only this many training images (class-balanced, deterministic)'),
  testSubset: count.optional().describe('use only this many test images (class-balanced, deterministic)'),
  holdout: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'training images held out (class-balanced, deterministic) and used for evaluation instead of the test set',
    ),
  // Without a default: an absent key does not change the fingerprints of other runs.
  validationFraction: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('fraction of the training images of each class that is held out and used instead of the test set'),
  validationSeed: z
    .int()
    .min(0)
    .max(0xffff_ffff)
    .optional()
    .describe('seed that selects these images, independent of training.seed'),
  synthetic: syntheticOptions.optional().describe('adds images of a trained generator to the training images'),
};

/** Keys of data sets whose images are read one at a time. */
const reading = {
  maxBroken: z
    .int()
    .min(0)
    .optional()
    .describe(
      'number of broken images that are allowed, 0 if not given. A broken training image is replaced by the next readable one, a broken evaluation image is left out',
    ),
};

/** A CIFAR set. `dir` contains the binary files, or the folder to which the official archive unpacks. */
const cifarOptions = <Name extends CifarName>(name: Name) =>
  z
    .strictObject({
      name: z.literal(name),
      dir: pathOption().optional().describe('folder of the binary files; default: $ISDA_DATA, then ./data'),
      ...choice,
    })
    .superRefine(({ subset, testSubset, holdout }, context) => {
      const { train, test } = cifarFormats[name].officialCount;
      const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
      if (subset !== undefined && subset > train) refuse('subset', `expected at most the ${train} training images`);
      else if (holdout >= train) refuse('holdout', `expected fewer than the ${train} training images`);
      else if (subset !== undefined && holdout + subset > train)
        refuse('subset', `expected at most the ${train - holdout} training images that dataset.holdout leaves`);
      if (testSubset !== undefined && testSubset > test)
        refuse('testSubset', `expected at most the ${test} test images`);
    });

/**
 * Returns the message for a level or deviation that is too large; one up to 255 may have been meant as a byte level.
 */
const tooLarge = (max: number, input: unknown): string =>
  `expected at most ${max}` +
  (typeof input === 'number' && input >= 2 && input <= 255 ? ' (a level from 0 to 255 is divided by 255)' : '');

const levels = (fallback: [number, number, number]) => {
  const level = z
    .number()
    .min(0)
    .max(1, { error: ({ input }) => tooLarge(1, input) });
  return z.tuple([level, level, level]).default(fallback);
};

/** For levels from 0 to 1, whose deviation is at most 0.5. */
const deviation = z
  .number()
  .gt(0)
  .max(0.5, { error: ({ input }) => tooLarge(0.5, input) });

/** The values of the usual evaluation on ImageNet: 256 and 224. */
const standardResize = 256;
const standardSize = 224;

/** Returns `resize` if a config sets only `imageSize`: in the ratio 256 : 224, as timm's `crop_pct` 0.875. */
export const resizeFor = (imageSize: number): number => Math.floor((imageSize * standardResize) / standardSize);

/** A folder of images, `train/CLASS/IMAGE` and `val/CLASS/IMAGE`. */
const folderOptions = <Name extends string, Dir extends z.ZodType>(name: Name, dir: Dir) =>
  z
    .strictObject({
      name: z.literal(name),
      dir,
      imageSize: z
        .int()
        .min(8)
        .max(1024)
        .default(standardSize)
        .describe('height and width of the input of the network, in pixels'),
      resize: count
        .default(standardResize)
        .describe(
          'in evaluation, length of the shorter side before the centre crop, in pixels; if only imageSize is given, 8/7 of it',
        ),
      decoding: z
        .enum(['fast', 'exact'])
        .default('fast')
        .describe(
          "decoding of JPEG training images. exact: Pillow's bytes, as in evaluation; fast: half the time, with larger rounding errors",
        ),
      orientation: z
        .enum(['apply', 'ignore'])
        .optional()
        .describe('apply: rotate images by their EXIF orientation; ignore, the default: as in torchvision'),
      mean: levels([0.485, 0.456, 0.406]).describe('mean of red, green and blue over the training images, from 0 to 1'),
      std: z
        .tuple([deviation, deviation, deviation])
        .default([0.229, 0.224, 0.225])
        .describe('standard deviation of red, green and blue'),
      classes: z
        .int()
        .min(2)
        .optional()
        .describe(
          `number of classes; default: the number of class folders${name === 'imagenet' ? ', or 1000 if they are not found' : ''}`,
        ),
      ...choice,
      ...reading,
    })
    .superRefine(({ imageSize, resize }, context) => {
      if (resize >= imageSize) return;
      // The error is reported at the key that was set.
      const [key, message] =
        resize === standardResize
          ? ['imageSize', `expected at most dataset.resize, ${resize}`]
          : ['resize', `expected at least dataset.imageSize, ${imageSize}`];
      context.addIssue({ code: 'custom', path: [key], message });
    });

/** ImageNet as a folder of images. */
const imagenetOptions = folderOptions(
  'imagenet',
  pathOption().optional().describe('folder of train/ and val/; default: $ISDA_DATA, then ./data, or imagenet/ in them'),
);

/** Other images in the same layout. */
const imageFolderOptions = folderOptions('image-folder', pathOption().describe('folder of train/ and val/'));

/** `dataset: {name: custom, module: ./my-data.js, options: {…}}` */
const customDatasetOptions = z.strictObject({
  name: z.literal('custom'),
  ...moduleOptions('createDataset'),
  ...choice,
  ...reading,
});

/** The config section `dataset`, by its name. */
export const datasetOptions = z.discriminatedUnion('name', [
  cifarOptions('cifar10'),
  cifarOptions('cifar100'),
  imagenetOptions,
  imageFolderOptions,
  customDatasetOptions,
]);
export type DatasetOptions = z.output<typeof datasetOptions>;
export type FolderOptions = Extract<DatasetOptions, { name: 'imagenet' | 'image-folder' }>;
export type CustomDatasetOptions = Extract<DatasetOptions, { name: 'custom' }>;

/** Whether a data set is a folder of images. */
export function isImageFolder<Options extends { readonly name: string }>(
  options: Options,
): options is Extract<Options, { name: FolderOptions['name'] }> {
  return options.name === 'imagenet' || options.name === 'image-folder';
}

/** Number of broken images that a data set's options tolerate. */
export const maxBrokenOf = (dataset: DatasetOptions): number =>
  ('maxBroken' in dataset ? dataset.maxBroken : undefined) ?? 0;
