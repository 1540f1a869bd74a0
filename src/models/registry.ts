// The networks by name. A new family is one file, its options in options.ts, and one line here.
import { createDensenet } from './densenet.js';
import type { InputShape, Network } from './network.js';
import type { ModelOptions } from './options.js';
import { createResnet, createSeResnet } from './resnet.js';
import { createResnext } from './resnext.js';
import { createWrn } from './wrn.js';
import { createImagenetResnet, createImagenetResnext } from './imagenet-resnet.js';
import { createPyramidnet } from './pyramidnet.js';
import { createShakeShake } from './shake-shake.js';

type OptionsByName = { readonly [Options in ModelOptions as Options['name']]: Options };
type Family = keyof OptionsByName;

/** `title`: the displayed name; in lower case, the prefix of the names of the family's networks. */
const families: {
  readonly [Name in Family]: {
    readonly title: string;
    readonly create: (options: OptionsByName[Name], input: InputShape) => Network;
  };
} = {
  resnet: { title: 'ResNet', create: createResnet },
  'se-resnet': { title: 'SE-ResNet', create: createSeResnet },
  wrn: { title: 'WRN', create: createWrn },
  resnext: { title: 'ResNeXt', create: createResnext },
  'densenet-bc': { title: 'DenseNet-BC', create: createDensenet },
  'shake-shake': { title: 'Shake-Shake', create: createShakeShake },
  'imagenet-resnet': { title: 'ResNet', create: createImagenetResnet },
  'imagenet-resnext': { title: 'ResNeXt', create: createImagenetResnext },
  pyramidnet: { title: 'PyramidNet', create: createPyramidnet },
};

function build<Name extends Family>(name: Name, options: OptionsByName[Name], input: InputShape): Network {
  return families[name].create(options, input);
}

/** Creates the network selected by a config's `model` section, for images and classes of the given shape. */
export function createNetwork(options: ModelOptions, input: InputShape): Network {
  return build(options.name, options, input);
}

/** Returns the displayed name of a network: `SE-ResNet-110` for `se-resnet-110`. Other names are returned unchanged. */
export function networkTitle(name: string): string {
  const family = Object.values(families).find(({ title }) => name.startsWith(`${title.toLowerCase()}-`));
  return family === undefined ? name : `${family.title}${name.slice(family.title.length)}`;
}
