// A network whose last layer has a bias of zero, for losses that have no bias.
import { filledWith } from '../nn/tensors.js';
import type { Network } from './network.js';

/** The same network with a classifier bias that starts at 0; without a gradient it stays there, weight decay or not. */
export function withZeroBias(network: Network): Network {
  const { name, classes, featureSize, classifier } = network;
  const bias = { ...classifier.bias, initialize: filledWith(0) };
  return {
    name,
    classes,
    featureSize,
    tensors: network.tensors.map((tensor) => (tensor.name === bias.name ? bias : tensor)),
    classifier: { weight: classifier.weight, bias },
    apply: (images, pass) => network.apply(images, pass),
  };
}
