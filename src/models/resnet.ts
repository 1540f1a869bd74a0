// CIFAR ResNets of depth 6n + 2 (He et al., 2016, section 4.2), with projection shortcuts as the reference has them.
import { add, mean, relu } from '../engine/ops/index.js';
import type { Layer } from '../nn/layer.js';
import { sequence } from '../nn/layer.js';
import { batchNorm, conv, dropout, linear, relu as reluLayer } from '../nn/layers.js';
import type { InputShape, Network } from './network.js';
import type { ResnetOptions } from './options.js';

const stageWidths = [16, 32, 64];

/** Two 3x3 convolutions around a shortcut; dropout after the first ReLU. */
function basicBlock(name: string, inputs: number, outputs: number, stride: number, rate: number): Layer {
  const residual = sequence(
    conv(`${name}.conv1`, { inputs, outputs, kernel: 3, stride }),
    batchNorm(`${name}.bn1`, outputs),
    reluLayer,
    dropout(`${name}.dropout`, rate),
    conv(`${name}.conv2`, { inputs: outputs, outputs, kernel: 3 }),
    batchNorm(`${name}.bn2`, outputs),
  );
  const changes = stride !== 1 || inputs !== outputs;
  const shortcut = changes
    ? sequence(
        conv(`${name}.downsample.0`, { inputs, outputs, kernel: 1, stride }),
        batchNorm(`${name}.downsample.1`, outputs),
      )
    : sequence();
  return {
    tensors: [...residual.tensors, ...shortcut.tensors],
    apply: (x, pass) => relu(add(residual.apply(x, pass), shortcut.apply(x, pass))),
  };
}

/** A CIFAR ResNet: stem, three stages of (depth − 2) / 6 blocks, global average pooling, `fc`. */
export function createResnet({ depth, dropout: rate }: ResnetOptions, input: InputShape): Network {
  const blocksPerStage = (depth - 2) / 6;
  const [stem] = stageWidths;
  const blocks = stageWidths.flatMap((width, stage) =>
    Array.from({ length: blocksPerStage }, (_, index) => {
      const first = index === 0;
      const inputs = first && stage > 0 ? stageWidths[stage - 1] : width;
      return basicBlock(`layer${stage + 1}.${index}`, inputs, width, first && stage > 0 ? 2 : 1, rate);
    }),
  );
  const body = sequence(
    conv('conv1', { inputs: input.channels, outputs: stem, kernel: 3 }),
    batchNorm('bn1', stem),
    reluLayer,
    ...blocks,
  );
  const featureSize = stageWidths[stageWidths.length - 1];
  const classifier = linear('fc', featureSize, input.classes);
  return {
    name: `resnet-${depth}`,
    classes: input.classes,
    featureSize,
    tensors: [...body.tensors, ...classifier.tensors],
    classifier,
    apply(images, pass) {
      const features = mean(body.apply(images, pass), [1, 2]);
      return { features, logits: classifier.apply(features, pass) };
    },
  };
}
