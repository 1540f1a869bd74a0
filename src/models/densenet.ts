// CIFAR DenseNets with bottlenecks and compression, DenseNet-BC-L-k (Huang et al., 2017).
import { avgPool, concat } from '../engine/ops/index.js';
import { sequence, type Layer } from '../nn/layer.js';
import { dropout } from '../nn/dropout.js';
import { batchNorm, conv, padChannels, relu } from '../nn/layers.js';
import { recomputing } from '../nn/recomputing.js';
import type { InputShape, Network } from './network.js';
import type { DensenetOptions } from './options.js';
import { pooledNetwork } from './pooled-network.js';

const stages = 3;

/** BN, ReLU, 1x1 to 4k channels, BN, ReLU, 3x3 to k channels, which are concatenated with the layer's input. */
function denseLayer(name: string, inputs: number, { growth, dropout: rate, recompute }: DensenetOptions): Layer {
  const inner = 4 * growth;
  const narrowed = sequence(
    padChannels,
    batchNorm(`${name}.norm1`, inputs),
    relu,
    conv(`${name}.conv1`, { inputs, outputs: inner, kernel: 1 }),
  );
  const added = sequence(
    recompute ? recomputing(narrowed) : narrowed,
    batchNorm(`${name}.norm2`, inner),
    relu,
    conv(`${name}.conv2`, { inputs: inner, outputs: growth, kernel: 3 }),
    dropout(`${name}.dropout`, rate),
  );
  return { tensors: added.tensors, apply: (x, pass) => concat([x, added.apply(x, pass)], 3) };
}

/** BN, ReLU, 1x1, and 2 x 2 average pooling. */
function transition(name: string, inputs: number, outputs: number): Layer {
  const reduced = sequence(
    padChannels,
    batchNorm(`${name}.norm`, inputs),
    relu,
    conv(`${name}.conv`, { inputs, outputs, kernel: 1 }),
  );
  return { tensors: reduced.tensors, apply: (x, pass) => avgPool(reduced.apply(x, pass), 2) };
}

/**
 * DenseNet-BC: a stem of 2k channels, three blocks of (L − 4) / 6 layers with transitions between them that halve the
 * channels, BN, ReLU, average pooling, `fc`. Images must be at least 4 pixels wide and high.
 */
export function createDensenet(options: DensenetOptions, input: InputShape): Network {
  const { depth, growth } = options;
  const layersPerBlock = (depth - 4) / 6;
  const stem = 2 * growth;
  const layers: Layer[] = [conv('features.conv0', { inputs: input.channels, outputs: stem, kernel: 3 })];
  let channels = stem;
  for (let stage = 1; stage <= stages; stage++) {
    for (let index = 1; index <= layersPerBlock; index++) {
      layers.push(denseLayer(`features.denseblock${stage}.denselayer${index}`, channels, options));
      channels += growth;
    }
    if (stage === stages) break;
    const halved = Math.floor(channels / 2);
    layers.push(transition(`features.transition${stage}`, channels, halved));
    channels = halved;
  }
  layers.push(batchNorm('features.norm_final', channels), relu);
  return pooledNetwork(
    { name: `densenet-bc-${depth}-${growth}`, body: sequence(...layers), featureSize: channels },
    input,
  );
}
