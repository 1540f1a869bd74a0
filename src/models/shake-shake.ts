// Shake-Shake networks for CIFAR (Gastaldi, 2017): two residual branches per block, mixed at random in training.
import { add, concat, pad, relu, slice } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence, type Layer } from '../nn/layer.js';
import { batchNorm, conv, relu as reluLayer, type ConvLayerOptions } from '../nn/layers.js';
import { shakeShake } from '../nn/noise.js';
import type { InputShape, Network } from './network.js';
import type { ShakeShakeOptions } from './options.js';
import { pooledNetwork } from './pooled-network.js';

const stemWidth = 16;

const convolution = (name: string, options: ConvLayerOptions): Layer => conv(name, { ...options, fan: 'inputs' });

/** Shifts images one pixel up and to the left, with zeros at the lower and right edges. */
function shifted(x: Tensor): Tensor {
  const [count, height, width, channels] = x.shape;
  const rest = slice(x, [0, 1, 1, 0], [count, height - 1, width - 1, channels]);
  return pad(rest, [
    [0, 0],
    [0, 1],
    [0, 1],
    [0, 0],
  ]);
}

/** Two subsampled 1x1 convolutions, the second of the image shifted by one pixel, concatenated along the channels. */
function shortcut(name: string, inputs: number, outputs: number, stride: number): Layer {
  const half = { inputs, outputs: outputs / 2, kernel: 1, stride };
  const paths = [convolution(`${name}.conv1`, half), convolution(`${name}.conv2`, half)];
  const norm = batchNorm(`${name}.bn`, outputs);
  return {
    tensors: [...paths, norm].flatMap((layer) => layer.tensors),
    apply: (x, pass) => norm.apply(concat([paths[0].apply(x, pass), paths[1].apply(shifted(x), pass)], 3), pass),
  };
}

/** A branch after its first ReLU. Layers are numbered as in the reference code, where that ReLU is number 0. */
function branch(name: string, inputs: number, outputs: number, stride: number): Layer {
  return sequence(
    convolution(`${name}.1`, { inputs, outputs, kernel: 3, stride }),
    batchNorm(`${name}.2`, outputs),
    reluLayer,
    convolution(`${name}.4`, { inputs: outputs, outputs, kernel: 3 }),
    batchNorm(`${name}.5`, outputs),
  );
}

function block(
  name: string,
  inputs: number,
  outputs: number,
  stride: number,
  shares: ShakeShakeOptions['shake'],
): Layer {
  const changed = shortcut(`${name}.shortcut`, inputs, outputs, stride);
  const first = branch(`${name}.branch1`, inputs, outputs, stride);
  const second = branch(`${name}.branch2`, inputs, outputs, stride);
  return {
    // The reference code has the shortcut's tensors in every block, even if the input is added unchanged.
    tensors: [changed, first, second].flatMap((layer) => layer.tensors),
    apply(x, pass) {
      const active = relu(x);
      const mixed = shakeShake(`${name}.shake`, first.apply(active, pass), second.apply(active, pass), pass, shares);
      return add(mixed, inputs === outputs ? x : changed.apply(active, pass));
    },
  };
}

/** Shake-Shake: stem, three stages of (depth − 2) / 6 blocks, ReLU, global average pooling, `fc`. */
export function createShakeShake({ depth, width, shake }: ShakeShakeOptions, input: InputShape): Network {
  const blocksPerStage = (depth - 2) / 6;
  const widths = [stemWidth, width, 2 * width, 4 * width];
  const blocks = [1, 2, 3].flatMap((stage) =>
    Array.from({ length: blocksPerStage }, (_, index) => {
      const inputs = index === 0 ? widths[stage - 1] : widths[stage];
      const stride = index === 0 && stage > 1 ? 2 : 1;
      return block(`stage_${stage}.${index}`, inputs, widths[stage], stride, shake);
    }),
  );
  const body = sequence(
    convolution('conv_1', { inputs: input.channels, outputs: stemWidth, kernel: 3, bias: true }),
    batchNorm('bn_1', stemWidth),
    ...blocks,
    reluLayer,
  );
  const featureSize = 4 * width;
  return pooledNetwork({ name: `shake-shake-${depth}-2x${width}d`, body, featureSize }, input);
}
