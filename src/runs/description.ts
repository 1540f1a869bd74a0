// Describes a config in the terms of the paper's tables: network, data set, augmentation, method.
import { basename } from 'node:path';
import type { ExperimentConfig } from '../config/schema.js';
import { cifarSide, isCifar } from '../data/datasets/cifar/format.js';
import type { EvaluationName } from '../data/split.js';
import { ganOptions } from '../gan/options.js';
import { createNetwork } from '../models/registry.js';

interface Description {
  /** As the paper prints it, for example `resnet-32`. */
  readonly network: string;
  readonly dataset: string;
  /** The loss, `basic` for cross entropy, or the generator of synthetic images. */
  readonly method: string;
  /** `autoaugment`, `cutout`, `mixup`, `cutout+cutmix`, …; absent where none is added to the standard one. */
  readonly augmentation?: string;
  /** Whether the network drops features while training. */
  readonly dropout: boolean;
}

/** What the images that a run is evaluated on are called. */
const evaluationName = ({ dataset }: ExperimentConfig): EvaluationName =>
  dataset.holdout > 0 || dataset.validationFraction !== undefined ? 'holdout' : 'test';

/** The same of several runs: `test or holdout` where they differ. */
export function evaluationNames(configs: readonly ExperimentConfig[]): string {
  const names = configs.map(evaluationName);
  const all = (['test', 'holdout'] as const).filter((name) => names.includes(name));
  return all.length === 0 ? 'test' : all.join(' or ');
}

/** What a file of a user's own is called: its name without its ending. */
const titleOfFile = (module: string): string => basename(module).replace(/\.[^.]*$/, '');

/** The name of a config's network, of a user's own that of its file. */
export function networkOf({ model, dataset }: ExperimentConfig): string {
  if (model.name === 'custom') return titleOfFile(model.module);
  const side = isCifar(dataset.name) ? cifarSide : 224;
  return createNetwork(model, { height: side, width: side, channels: 3, classes: 10 }).name;
}

const generatorKinds = ganOptions.options.map(({ shape }) => shape.name.value);

/**
 * The generator of a config's synthetic images: its kind where the name of its folder begins with it, else that name.
 */
function generatorOf({ dataset }: ExperimentConfig): string | undefined {
  if (dataset.synthetic === undefined) return undefined;
  const folder = basename(dataset.synthetic.generator.replace(/\/[^/]*\.safetensors$/, ''));
  return generatorKinds.find((kind) => folder.startsWith(`${kind}-`)) ?? folder;
}

/**
 * The method of a config: its loss, `basic` for cross entropy, of a user's own the name of its file; with synthetic
 * images their generator, behind the loss where that is another than cross entropy: `wgan`, `isda+wgan`.
 */
export function methodOf(config: ExperimentConfig): string {
  const { loss } = config;
  const generator = generatorOf(config);
  if (loss.name === 'cross-entropy') return generator ?? 'basic';
  const name = loss.name === 'custom' ? titleOfFile(loss.module) : loss.name;
  return generator === undefined ? name : `${name}+${generator}`;
}

/**
 * What a config adds to the standard augmentation, as `cutout+mixup`; AutoAugment comes with Cutout in the paper.
 */
export function augmentationOf({
  augmentation: { autoaugment, cutout, custom, mixup, cutmix },
}: ExperimentConfig): string | undefined {
  const own = custom === undefined ? {} : { [titleOfFile(custom.module)]: true };
  const added = Object.entries({ autoaugment, cutout: !autoaugment && cutout, ...own, mixup, cutmix });
  const names = added.flatMap(([name, value]) => (value === false ? [] : [name]));
  return names.length === 0 ? undefined : names.join('+');
}

/** What a resolved config is in the words of the tables. No data and no files of the user are read. */
export function describeConfig(config: ExperimentConfig): Description {
  return {
    network: networkOf(config),
    dataset: config.dataset.name,
    method: methodOf(config),
    augmentation: augmentationOf(config),
    dropout: 'dropout' in config.model && config.model.dropout > 0,
  };
}
