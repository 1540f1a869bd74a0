// A network whose last layer has zero bias, for losses without a bias.
import { filledWith } from '../nn/tensors.js';
import type { Network } from './network.js';

/**
 * Returns the same network with a classifier bias that is initially 0 and, without a gradient, stays 0 with or without
 * weight decay.
 */
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
