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

const families: { readonly [Name in Family]: (options: OptionsByName[Name], input: InputShape) => Network } = {
  resnet: createResnet,
  'se-resnet': createSeResnet,
  wrn: createWrn,
  resnext: createResnext,
  'densenet-bc': createDensenet,
  'shake-shake': createShakeShake,
  'imagenet-resnet': createImagenetResnet,
  'imagenet-resnext': createImagenetResnext,
  pyramidnet: createPyramidnet,
};

function build<Name extends Family>(name: Name, options: OptionsByName[Name], input: InputShape): Network {
  return families[name](options, input);
}

/** Builds the network that a config's `model` section names, for inputs of the given shape. */
export function createNetwork(options: ModelOptions, input: InputShape): Network {
  return build(options.name, options, input);
}
