// Describes a config in the terms of the paper's tables: network, data set, augmentation, method.
import { basename } from 'node:path';
import type { ExperimentConfig } from '../config/schema.js';
import { cifarSide, isCifar } from '../data/datasets/cifar/format.js';
import type { EvaluationName } from '../data/split.js';
import { ganOptions } from '../gan/options.js';
import { createNetwork } from '../models/registry.js';

interface Description {
  /** Named as in the paper, for example `resnet-32`. */
  readonly network: string;
  readonly dataset: string;
  /** The loss, `basic` for cross entropy, or the generator of synthetic images. */
  readonly method: string;
  /** `autoaugment`, `cutout`, `mixup`, `cutout+cutmix`, …; absent if nothing is added to the standard augmentation. */
  readonly augmentation?: string;
  /** Whether the network uses dropout in training. */
  readonly dropout: boolean;
}

/** Returns the name of the images that a run is evaluated on. */
export const evaluationName = ({ dataset }: ExperimentConfig): EvaluationName =>
  dataset.holdout > 0 || dataset.validationFraction !== undefined ? 'holdout' : 'test';

/** As `evaluationName`, for several runs: `test or holdout` if they differ. */
export function evaluationNames(configs: readonly ExperimentConfig[]): string {
  const names = configs.map(evaluationName);
  const all = (['test', 'holdout'] as const).filter((name) => names.includes(name));
  return all.length === 0 ? 'test' : all.join(' or ');
}

/** Returns the displayed name of a custom module: its file name without extension. */
const titleOfFile = (module: string): string => basename(module).replace(/\.[^.]*$/, '');

/** Returns the name of a config's network; for a custom network the name of its file. */
export function networkOf({ model, dataset }: ExperimentConfig): string {
  if (model.name === 'custom') return titleOfFile(model.module);
  const side = isCifar(dataset.name) ? cifarSide : 224;
  return createNetwork(model, { height: side, width: side, channels: 3, classes: 10 }).name;
}

const generatorKinds = ganOptions.options.map(({ shape }) => shape.name.value);

/** Returns the generator of synthetic images: its kind if the name of its folder starts with it, else that name. */
function generatorOf({ dataset }: ExperimentConfig): string | undefined {
  if (dataset.synthetic === undefined) return undefined;
  const folder = basename(dataset.synthetic.generator.replace(/\/[^/]*\.safetensors$/, ''));
  return generatorKinds.find((kind) => folder.startsWith(`${kind}-`)) ?? folder;
}

/**
 * Returns the method of a config: its loss, `basic` for cross entropy, for a custom loss the name of its file. With
 * synthetic images the generator is appended, or replaces cross entropy: `wgan`, `isda+wgan`.
 */
export function methodOf(config: ExperimentConfig): string {
  const { loss } = config;
  const generator = generatorOf(config);
  if (loss.name === 'cross-entropy') return generator ?? 'basic';
  const name = loss.name === 'custom' ? titleOfFile(loss.module) : loss.name;
  return generator === undefined ? name : `${name}+${generator}`;
}

/** Returns what is added to the standard augmentation: `cutout+mixup`; the paper's AutoAugment includes Cutout. */
export function augmentationOf({
  augmentation: { autoaugment, cutout, custom, mixup, cutmix },
}: ExperimentConfig): string | undefined {
  const own = custom === undefined ? {} : { [titleOfFile(custom.module)]: true };
  const added = Object.entries({ autoaugment, cutout: !autoaugment && cutout, ...own, mixup, cutmix });
  const names = added.flatMap(([name, value]) => (value === false ? [] : [name]));
  return names.length === 0 ? undefined : names.join('+');
}

/** Describes a resolved config in the terms of the paper's tables. No data and no custom modules are read. */
export function describeConfig(config: ExperimentConfig): Description {
  return {
    network: networkOf(config),
    dataset: config.dataset.name,
    method: methodOf(config),
    augmentation: augmentationOf(config),
    dropout: 'dropout' in config.model && config.model.dropout > 0,
  };
}
