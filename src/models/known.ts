// The networks that the paper's tables name, for lists and checks of all of them.
import type { InputShape } from './network.js';
import type { ModelOptions } from './options.js';

const cifar: InputShape = { height: 32, width: 32, channels: 3, classes: 100 };

/** Each network with the images and classes it is counted with. */
export const knownNetworks: readonly { readonly model: ModelOptions; readonly input: InputShape }[] = [
  { model: { name: 'resnet', depth: 32, dropout: 0 }, input: cifar },
  { model: { name: 'resnet', depth: 110, dropout: 0 }, input: cifar },
];
