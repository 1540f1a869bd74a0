// The config section `dataset`: its schema, units and defaults.
import { z } from 'zod';
import { pathOption } from '../common/path-option.js';
import { moduleOptions } from '../common/modules.js';
import { cifarFormats, type CifarName } from './datasets/cifar/format.js';

const count = z.int().min(1);

/** Images of a trained generator among the real ones (paper, section 5). */
const syntheticOptions = z.strictObject({
  generator: pathOption().describe(
    'folder of `isda gan train`, or a generator file; its content, not its path, identifies the experiment',
  ),
  fraction: z.number().gt(0).lt(1).default(0.1667).describe('share of every training batch: 21 images of 128'),
  images: count.default(50_000).describe('synthetic images that are made, as many of each class; cached'),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('of the synthetic images; the same for all runs of a study'),
  checksum: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'expected 64 hexadecimal digits' })
    .optional()
    .describe('SHA-256 of the generator, filled in by itself; where it is given, the generator must have it'),
});
export type SyntheticOptions = z.output<typeof syntheticOptions>;

/** Keys of every data set: which of its images are used. */
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
  // Without a default: an absent key leaves the fingerprints of other runs as they are.
  validationFraction: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('share of the training images of each class that is held out and evaluated on instead of the test set'),
  validationSeed: z
    .int()
    .min(0)
    .max(0xffff_ffff)
    .optional()
    .describe('of which images that are; the same for all runs of a study, whatever training.seed is'),
  synthetic: syntheticOptions.optional().describe('images of a trained generator among the real ones'),
};

/** Keys of data sets whose images are read one by one. */
const reading = {
  maxBroken: z
    .int()
    .min(0)
    .optional()
    .describe(
      'images that may be broken, 0 if not given; each is reported once: the next readable one takes the place of a training image, an evaluation image is left out',
    ),
};

/** A CIFAR set. `dir` holds the binary files themselves or the folder that the official archive unpacks to. */
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

/** What a level or a deviation that is too large should be; one up to 255 may have been meant in levels of a byte. */
const tooLarge = (most: number, input: unknown): string =>
  `expected at most ${most}` +
  (typeof input === 'number' && input >= 2 && input <= 255 ? ' (a level from 0 to 255 is divided by 255)' : '');

const levels = (fallback: [number, number, number]) => {
  const level = z
    .number()
    .min(0)
    .max(1, { error: ({ input }) => tooLarge(1, input) });
  return z.tuple([level, level, level]).default(fallback);
};

/** Of levels from 0 to 1, whose deviation is at most a half. */
const deviation = z
  .number()
  .gt(0)
  .max(0.5, { error: ({ input }) => tooLarge(0.5, input) });

/** Of ImageNet's usual evaluation: 256 and 224. */
const standardResize = 256;
const standardSize = 224;

/**
 * `resize` where a config gives another `imageSize` alone: in the proportion of 256 to 224, as timm's `crop_pct` 0.875.
 */
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
        .describe('height and width of what the network gets, in pixels'),
      resize: count
        .default(standardResize)
        .describe(
          'evaluation: length of the shorter side before the centre is cut out, in pixels; where imageSize is given and this is not, 8/7 of it',
        ),
      decoding: z
        .enum(['fast', 'exact'])
        .default('fast')
        .describe(
          "of training images, JPEG. exact: Pillow's bytes, as for evaluation; fast: half the time, rounded more",
        ),
      orientation: z
        .enum(['apply', 'ignore'])
        .optional()
        .describe('apply: images are turned as EXIF says, as people see them; ignored if not given, as by torchvision'),
      mean: levels([0.485, 0.456, 0.406]).describe('of red, green, blue over the training images, from 0 to 1'),
      std: z
        .tuple([deviation, deviation, deviation])
        .default([0.229, 0.224, 0.225])
        .describe('standard deviation of red, green, blue'),
      classes: z
        .int()
        .min(2)
        .optional()
        .describe('number of classes; default: as many as train/ has folders, and 1000 where no data is read'),
      ...choice,
      ...reading,
    })
    .superRefine(({ imageSize, resize }, context) => {
      if (resize >= imageSize) return;
      // The complaint goes where something was written.
      const [key, message] =
        resize === standardResize
          ? ['imageSize', `expected at most dataset.resize, ${resize}`]
          : ['resize', `expected at least dataset.imageSize, ${imageSize}`];
      context.addIssue({ code: 'custom', path: [key], message });
    });

/** ImageNet in its folders. */
const imagenetOptions = folderOptions(
  'imagenet',
  z
    .string()
    .min(1)
    .optional()
    .describe('folder of train/ and val/; default: $ISDA_DATA, then ./data, or imagenet/ in them'),
);

/** Any other images in the same folders. */
const imageFolderOptions = folderOptions('image-folder', pathOption().describe('folder of train/ and val/'));

/** `dataset: {name: custom, module: ./my-data.js, options: {…}}` */
const customDatasetOptions = z.strictObject({
  name: z.literal('custom'),
  ...moduleOptions('createDataset'),
  ...choice,
  ...reading,
});

/** `dataset`, by its name. */
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
