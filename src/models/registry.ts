// The networks by name. A new family is one file, its options in options.ts, and one line here.
import type { InputShape, Network } from './network.js';
import type { ModelOptions } from './options.js';
import { createResnet } from './resnet.js';

/** Builds the network that a config's `model` section names, for inputs of the given shape. */
export function createNetwork(options: ModelOptions, input: InputShape): Network {
  const families = { resnet: createResnet } as const;
  return families[options.name](options, input);
}
