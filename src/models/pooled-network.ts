// How every network of the paper ends: global average pooling and one fully connected layer, `fc`.
import { mean } from '../engine/ops/index.js';
import type { Layer } from '../nn/layer.js';
import { linear } from '../nn/layers.js';
import type { InputShape, Network } from './network.js';

export interface NetworkParts {
  readonly name: string;
  /** Images to [N, H, W, featureSize]. */
  readonly body: Layer;
  readonly featureSize: number;
}

/** The network of a body: features are the means over H and W, logits a linear layer of them. */
export function pooledNetwork({ name, body, featureSize }: NetworkParts, { classes }: InputShape): Network {
  const classifier = linear('fc', featureSize, classes);
  return {
    name,
    classes,
    featureSize,
    tensors: [...body.tensors, ...classifier.tensors],
    classifier,
    apply(images, pass) {
      const features = mean(body.apply(images, pass), [1, 2]);
      return { features, logits: classifier.apply(features, pass) };
    },
  };
}
