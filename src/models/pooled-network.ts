// The head shared by the paper's networks: global average pooling and one fully connected layer, `fc`.
import { cast, mean } from '../engine/ops/index.js';
import type { Layer } from '../nn/layer.js';
import { linear } from '../nn/layers.js';
import type { InputShape, Network } from './network.js';

interface PooledNetworkParts {
  readonly name: string;
  /** Maps images to [N, H, W, featureSize]. */
  readonly body: Layer;
  readonly featureSize: number;
}

/**
 * Creates the network of a body: features are the means over H and W, logits a linear layer of the features, both in
 * float32.
 */
export function pooledNetwork({ name, body, featureSize }: PooledNetworkParts, { classes }: InputShape): Network {
  const classifier = linear('fc', featureSize, classes);
  return {
    name,
    classes,
    featureSize,
    tensors: [...body.tensors, ...classifier.tensors],
    classifier,
    apply(images, pass) {
      const features = mean(cast(body.apply(images, pass), 'float32'), [1, 2]);
      return { features, logits: classifier.apply(features, pass) };
    },
  };
}
