// The config of a generator (`isda gan train`) as one schema.
import { z } from 'zod';
import { pathOption } from '../common/path-option.js';
import { cifarFormats, cifarNames } from '../data/datasets/cifar/format.js';
import { ganOptions } from '../gan/options.js';
import { trainingOptions } from '../training/options.js';
import { asTree, experimentKey } from './schema.js';
import type { NamedSections } from './tree.js';

const { seed, execution, device, tf32, xla, deterministic } = trainingOptions.shape;
const every = (value: number, what: string) => z.int().min(1).default(value).describe(what);

const ganDataset = z
  .strictObject({
    name: z.enum(cifarNames).default('cifar10').describe('data set whose training images the generator learns from'),
    dir: pathOption().optional().describe('folder of the binary files; default: $ISDA_DATA, then ./data'),
    subset: z.int().min(1).optional().describe('use only this many images (class-balanced, deterministic)'),
    classes: z
      .array(z.int().min(0))
      .min(1)
      .optional()
      .describe('use only the images of these classes, numbered from 0'),
  })
  .superRefine(({ name, subset, classes = [] }, context) => {
    const { officialCount, label } = cifarFormats[name];
    const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if (subset !== undefined && subset > officialCount.train) {
      refuse('subset', `expected at most the ${officialCount.train} training images`);
    }
    if (classes.some((each) => each >= label.classes)) {
      refuse('classes', `expected numbers from 0 to ${label.classes - 1}`);
    } else if (new Set(classes).size < classes.length) refuse('classes', 'expected each class once');
  });

export const ganConfigSchema = z.strictObject({
  experiment: experimentKey,
  dataset: ganDataset.prefault({}),
  gan: ganOptions,
  training: z
    .strictObject({
      iterations: z.int().min(1).default(50_000).describe('steps of the generator'),
      batchSize: z.int().min(2).default(64).describe('real images per discriminator step, and as many generated ones'),
      seed,
      execution,
      device,
      tf32,
      xla,
      deterministic,
    })
    .prefault({}),
  output: z
    .strictObject({
      dir: pathOption().optional().describe('run folder; default: runs/<experiment>-seed<seed>'),
      lossesEvery: every(50, 'iterations between rows of losses.csv; a row is the mean over them'),
      samplesEvery: every(500, 'iterations between pictures of samples and losses, and lines of progress'),
      checkpointEvery: every(500, 'iterations between checkpoints'),
      keepCheckpoints: every(2, 'number of newest checkpoints that are kept'),
    })
    .prefault({}),
});

export const ganTree = asTree(ganConfigSchema);

/** A fully resolved config of a generator: plain values, every default filled in. */
export type GanConfig = z.output<typeof ganConfigSchema>;

/** Sections whose keys depend on their `name`. */
export const ganNamedSections: NamedSections = new Map([['gan', undefined]]);
