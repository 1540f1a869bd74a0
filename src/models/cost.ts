// What a network costs: parameters and multiply-adds.
import { createTally } from '../engine/tally-program.js';
import { sizeOf } from '../engine/types.js';
import type { InputShape, Network } from './network.js';

/** The number of trained values. */
export function countParameters(network: Pick<Network, 'tensors'>): number {
  const parameters = network.tensors.filter((tensor) => tensor.role === 'parameter');
  return parameters.reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/** Multiply-adds of convolutions and matrix products in the forward pass of one image. */
export function countMultiplyAdds(network: Network, { height, width, channels }: InputShape): number {
  const tally = createTally();
  const image = tally.input({ dtype: 'float32', shape: [1, height, width, channels] });
  const seed = tally.input({ dtype: 'int32', shape: [2] });
  network.apply(image, { program: tally.program, training: false, seed });
  return tally.multiplyAdds();
}
