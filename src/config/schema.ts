// The whole experiment as one schema. The sections' schemas live with their owners; here are their defaults together.
import { z } from 'zod';
import { augmentationOptions, datasetOptions } from '../data/options.js';
import { customLossOptions } from '../losses/custom.js';
import { lossOptions } from '../losses/options.js';
import { customModelOptions } from '../models/custom.js';
import { modelOptions } from '../models/options.js';
import { optimizerOptions, outputOptions, scheduleOptions, trainingOptions } from '../training/options.js';

/** Images of CIFAR-10 and of CIFAR-100 alike. */
const trainingImages = 50_000;
const testImages = 10_000;

const checkedDataset = datasetOptions.superRefine(({ subset, testSubset, holdout }, context) => {
  const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
  if (subset !== undefined && subset > trainingImages) {
    refuse('subset', `expected at most the ${trainingImages} training images`);
  } else if (holdout >= (subset ?? trainingImages)) {
    refuse('holdout', `expected fewer than the ${subset ?? trainingImages} training images`);
  }
  if (testSubset !== undefined && testSubset > testImages) {
    refuse('testSubset', `expected at most the ${testImages} test images`);
  }
});

const anyModel = z.discriminatedUnion('name', [...modelOptions.options, customModelOptions]);
const anyLoss = z.discriminatedUnion('name', [...lossOptions.options, customLossOptions]);

export const experimentName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/**
 * An experiment as a config describes it. A section left out takes the paper's setting for ResNet-32 on CIFAR-10 with
 * plain cross entropy (supplement B).
 */
export const experimentSchema = z.strictObject({
  experiment: z
    .string()
    .regex(experimentName, {
      error: 'expected letters, digits, dots, dashes and underscores, beginning with a letter or digit',
    })
    .describe("name of the run; default: the file's name. Never taken from a file that is extended"),
  dataset: checkedDataset.prefault({ name: 'cifar10' }),
  augmentation: augmentationOptions.prefault({}),
  model: anyModel.prefault({ name: 'resnet' }),
  loss: anyLoss.prefault({ name: 'cross-entropy' }),
  optimizer: optimizerOptions.prefault({}),
  schedule: scheduleOptions.prefault({ name: 'step', milestones: [80, 120] }),
  training: trainingOptions.prefault({}),
  output: outputOptions.prefault({}),
});

/** A fully resolved experiment: plain values, every default filled in. */
export type ExperimentConfig = z.output<typeof experimentSchema>;

/** Sections whose keys depend on their `name`: renaming one drops the keys it had under the old name. */
export const namedSections: ReadonlySet<string> = new Set(['model', 'loss', 'schedule']);

export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The schema as JSON Schema, the form that messages, the reference and editors read. */
export function schemaTree(): SchemaNode {
  return z.toJSONSchema(experimentSchema, { io: 'input', unrepresentable: 'any' });
}
