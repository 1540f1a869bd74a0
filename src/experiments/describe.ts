// What a config is in the words of the paper's tables: its network, data set, augmentation and method.
import { basename } from 'node:path';
import type { ExperimentConfig } from '../config/schema.js';
import { createNetwork } from '../models/registry.js';

export interface Description {
  /** As the paper prints it, for example `resnet-32`. */
  readonly network: string;
  readonly dataset: string;
  /** The loss; `basic` for cross entropy. */
  readonly method: string;
  /** `autoaugment` or `cutout`; absent where neither is added to the standard one. */
  readonly augmentation?: string;
  /** Whether the network drops features while training. */
  readonly dropout: boolean;
}

/** The name of a config's network, of a user's own that of its file. */
export function networkOf({ model, dataset }: ExperimentConfig): string {
  if (model.name === 'custom') return basename(model.module).replace(/\.[^.]*$/, '');
  const side = dataset.name.startsWith('cifar') ? 32 : 224;
  return createNetwork(model, { height: side, width: side, channels: 3, classes: 10 }).name;
}

/** The loss of a config: `basic` for cross entropy, of a user's own the name of its file. */
export function methodOf({ loss }: ExperimentConfig): string {
  if (loss.name === 'custom') return basename(loss.module).replace(/\.[^.]*$/, '');
  return loss.name === 'cross-entropy' ? 'basic' : loss.name;
}

/** What a config adds to the standard augmentation; AutoAugment comes with Cutout in the paper. */
export function augmentationOf({ augmentation: { autoaugment, cutout } }: ExperimentConfig): string | undefined {
  return autoaugment ? 'autoaugment' : cutout === false ? undefined : 'cutout';
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
