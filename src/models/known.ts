// The networks of the paper's tables.
import type { InputShape } from './network.js';
import { modelOptions, type ModelInput, type ModelOptions } from './options.js';

const cifar: InputShape = { height: 32, width: 32, channels: 3, classes: 100 };

const imagenet: InputShape = { height: 224, width: 224, channels: 3, classes: 1000 };

/** Images per training step of each family in the paper (supplement B). */
const batchSizes: Readonly<Record<ModelOptions['name'], number>> = {
  resnet: 128,
  'se-resnet': 128,
  wrn: 128,
  resnext: 128,
  'densenet-bc': 64,
  'shake-shake': 64,
  pyramidnet: 128,
  'imagenet-resnet': 256,
  'imagenet-resnext': 256,
};

interface KnownNetwork {
  /** The fewest options that select it. */
  readonly named: ModelInput;
  readonly model: ModelOptions;
  /** The shape of images and classes for which its cost is counted. */
  readonly input: InputShape;
  /** Images per training step in the paper. */
  readonly batchSize: number;
}

const known = (options: ModelInput, input: InputShape): KnownNetwork => {
  const model = modelOptions.parse(options);
  return { named: options, model, input, batchSize: batchSizes[model.name] };
};

/** The networks, parsed from the fewest options that select them. */
export const knownNetworks: readonly KnownNetwork[] = [
  ...(
    [
      { name: 'resnet', depth: 32 },
      { name: 'resnet', depth: 110 },
      { name: 'se-resnet', depth: 110 },
      { name: 'wrn', depth: 16, width: 8 },
      { name: 'wrn', depth: 28, width: 10 },
      { name: 'resnext', depth: 29, cardinality: 8, width: 64 },
      { name: 'densenet-bc', depth: 100, growth: 12 },
      { name: 'densenet-bc', depth: 190, growth: 40, recompute: true },
      { name: 'shake-shake', depth: 26, width: 32 },
      { name: 'shake-shake', depth: 26, width: 112 },
      { name: 'pyramidnet', depth: 110, alpha: 84 },
      { name: 'pyramidnet', depth: 272, alpha: 200 },
    ] as const
  ).map((options) => known(options, cifar)),
  ...(
    [
      { name: 'imagenet-resnet', depth: 18 },
      { name: 'imagenet-resnet', depth: 34 },
      { name: 'imagenet-resnet', depth: 50 },
      { name: 'imagenet-resnet', depth: 101 },
      { name: 'imagenet-resnet', depth: 152 },
      { name: 'imagenet-resnext', depth: 50, cardinality: 32, width: 4 },
    ] as const
  ).map((options) => known(options, imagenet)),
];
