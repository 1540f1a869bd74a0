// The schema of an experiment. The schemas of sections are in the modules they configure; this one adds defaults.
import { z } from 'zod';
import { augmentationOptions, folderAugmentation, type MixingOptions } from '../data/augment/options.js';
import { datasetOptions, isImageFolder, resizeFor } from '../data/options.js';
import { andList } from '../common/format.js';
import { isPlainObject } from '../common/plain-object.js';
import { customLossOptions } from '../losses/custom.js';
import { lossOptions } from '../losses/options.js';
import { refusesSoftTargets, softTargetLosses } from '../losses/registry.js';
import { customModelOptions } from '../models/custom.js';
import { modelOptions } from '../models/options.js';
import { customOptimizerOptions } from '../optimizers/custom.js';
import { defaultOptimizer, optimizerOptions } from '../optimizers/options.js';
import { outputOptions, trainingOptions } from '../training/options.js';
import { customScheduleOptions } from '../training/schedules/custom.js';
import { scheduleOptions } from '../training/schedules/options.js';
import { slurmOptions } from './slurm.js';
import type { NamedSections } from './tree.js';

const anyModel = z.discriminatedUnion('name', [...modelOptions.options, customModelOptions]);
const anyOptimizer = z.discriminatedUnion('name', [...optimizerOptions.options, customOptimizerOptions]);
const anyLoss = z.discriminatedUnion('name', [...lossOptions.options, customLossOptions]);
const anySchedule = z.discriminatedUnion('name', [...scheduleOptions.options, customScheduleOptions]);

/** The maximum length of a run's name, as name and seed are the name of a folder. */
export const maxExperimentLength = 200;
export const experimentName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** Returns the problem of the name of a run; undefined if there is none. */
export const experimentProblem = (name: string): string | undefined =>
  name.length > maxExperimentLength
    ? `expected at most ${maxExperimentLength} characters, not ${name.length}`
    : experimentName.test(name)
      ? undefined
      : 'expected letters, digits, dots, dashes and underscores, starting with a letter or digit';

/** The section `experiment` of every kind of config. */
export const experimentKey = z
  .string()
  .regex(experimentName, { error: ({ input }) => experimentProblem(String(input)) })
  .describe("name of the run; default: the file's name. Not inherited through extends");

/**
 * The sections of an experiment. A section that is left out has the paper's settings for ResNet-32 on CIFAR-10 with
 * cross entropy (supplement B).
 */
const experimentObject = z.strictObject({
  experiment: experimentKey,
  dataset: datasetOptions.prefault({ name: 'cifar10' }),
  augmentation: augmentationOptions.prefault({}),
  model: anyModel.prefault({ name: 'resnet' }),
  loss: anyLoss.prefault({ name: 'cross-entropy' }),
  optimizer: anyOptimizer.prefault(defaultOptimizer),
  schedule: anySchedule.prefault({ name: 'step', milestones: [80, 120] }),
  training: trainingOptions.prefault({}),
  output: outputOptions.prefault({}),
  slurm: slurmOptions.optional(),
});

/** An `optimizer` without a name means SGD. */
function withOptimizerName(value: unknown): unknown {
  if (!isPlainObject(value) || !isPlainObject(value.optimizer) || value.optimizer.name !== undefined) return value;
  return { ...value, optimizer: { ...value.optimizer, ...defaultOptimizer } };
}

/** Fills in the `resize` of an image folder, which depends on its `imageSize`. */
function withResize(dataset: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { imageSize, resize } = dataset;
  if (resize !== undefined || typeof imageSize !== 'number' || !Number.isInteger(imageSize)) return dataset;
  return { ...dataset, resize: resizeFor(imageSize) };
}

/** Fills in defaults that depend on other keys: image folders have other augmentation and evaluation. */
function withDependentDefaults(config: unknown): unknown {
  const value = withOptimizerName(config);
  if (!isPlainObject(value) || !isPlainObject(value.dataset) || !isImageFolder({ name: String(value.dataset.name) }))
    return value;
  const { augmentation = {} } = value;
  const folder = { ...value, dataset: withResize(value.dataset) };
  return isPlainObject(augmentation) ? { ...folder, augmentation: { ...folderAugmentation, ...augmentation } } : folder;
}

/** The keys that mix images. */
const mixingKeys = ({ mixup, cutmix }: MixingOptions): readonly string[] =>
  Object.entries({ mixup, cutmix }).flatMap(([key, value]) => (value === false ? [] : [`augmentation.${key}`]));

/** The problem of mixing images with a loss that does not support soft targets. */
function softTargetRefusal(name: string, mixing: readonly string[]) {
  const message = `expected a loss that supports soft targets, which ${andList(mixing)} ${mixing.length > 1 ? 'require' : 'requires'}`;
  const hint =
    name === 'isda'
      ? 'ISDA needs one class per image: docs/extending.md, "ISDA and mixed labels"'
      : `${andList(softTargetLosses())} support them`;
  return { message, params: { hint } };
}

/** The whole schema, including checks across sections. */
export const experimentSchema = z.preprocess(
  withDependentDefaults,
  experimentObject.superRefine(({ dataset, augmentation, model, loss, optimizer, schedule, training }, context) => {
    const refuse = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if (dataset.validationSeed !== undefined && dataset.validationFraction === undefined)
      refuse(['dataset', 'validationSeed'], 'expected dataset.validationFraction as well');
    for (const key of ['weightsSha256', 'head'] as const) {
      if (model[key] === undefined || model.weights !== undefined) continue;
      const message = 'expected model.weights, the file of the initial weights, as well';
      const params = { hint: 'without this file the whole network is initialized from the seed' };
      context.addIssue({ code: 'custom', path: ['model', key], message, params });
    }
    if (schedule.name === 'cosine' && (schedule.minLearningRate ?? 0) > optimizer.learningRate)
      refuse(['schedule', 'minLearningRate'], `expected at most optimizer.learningRate, ${optimizer.learningRate}`);
    if ((schedule.warmupEpochs ?? 0) > training.epochs)
      refuse(['schedule', 'warmupEpochs'], `expected at most training.epochs, ${training.epochs}`);
    const mixing = mixingKeys(augmentation);
    if (mixing.length > 0 && loss.name !== 'custom' && refusesSoftTargets(loss)) {
      context.addIssue({ code: 'custom', path: ['loss', 'name'], ...softTargetRefusal(loss.name, mixing) });
    }
    if (isImageFolder(dataset) || (augmentation.randomResizedCrop ?? false) === false) return;
    const message = `expected false: random resized crops are only for images in folders, but dataset.name is ${dataset.name}`;
    refuse(['augmentation', 'randomResizedCrop'], message);
  }),
);

/** A fully resolved experiment: plain values, every default filled in. */
export type ExperimentConfig = z.output<typeof experimentSchema>;

/** Sections whose keys depend on their `name`: renaming one drops the keys it had under the old name. */
export const namedSections: NamedSections = new Map([
  ['model', undefined],
  ['loss', undefined],
  ['optimizer', defaultOptimizer.name],
  ['schedule', undefined],
]);

export type SchemaNode = z.core.JSONSchema.BaseSchema;

/**
 * Converts a schema to JSON Schema, which messages, the reference and editors use. This takes as long as loading a
 * config.
 */
export const asTree = (schema: z.ZodType): SchemaNode =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

export const experimentTree = asTree(experimentObject);
