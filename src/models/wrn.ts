// Wide ResNets WRN-d-k (Zagoruyko and Komodakis, 2016): pre-activation blocks, k times as wide as in a CIFAR ResNet.
import { add } from '../engine/ops/index.js';
import { sequence, type Layer } from '../nn/layer.js';
import { dropout } from '../nn/dropout.js';
import { batchNorm, conv, relu } from '../nn/layers.js';
import type { InputShape, Network } from './network.js';
import type { WrnOptions } from './options.js';
import { pooledNetwork } from './pooled-network.js';

const stemWidth = 16;

interface BlockOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  /** Dropout between the two convolutions. */
  readonly dropout: number;
}

/**
 * BN, ReLU, 3x3, BN, ReLU, 3x3 with a shortcut. If the width changes, the shortcut is a 1x1 convolution of the first
 * ReLU's output; otherwise it is the block's input.
 */
function wideBlock(name: string, { inputs, outputs, stride, dropout: rate }: BlockOptions): Layer {
  const activation = sequence(batchNorm(`${name}.bn1`, inputs), relu);
  const residual = sequence(
    conv(`${name}.conv1`, { inputs, outputs, kernel: 3, stride }),
    batchNorm(`${name}.bn2`, outputs),
    relu,
    dropout(`${name}.dropout`, rate),
    conv(`${name}.conv2`, { inputs: outputs, outputs, kernel: 3 }),
  );
  const shortcut =
    inputs === outputs ? undefined : conv(`${name}.convShortcut`, { inputs, outputs, kernel: 1, stride });
  return {
    tensors: [...activation.tensors, ...residual.tensors, ...(shortcut?.tensors ?? [])],
    apply(x, pass) {
      const active = activation.apply(x, pass);
      return add(residual.apply(active, pass), shortcut?.apply(active, pass) ?? x);
    },
  };
}

/** WRN-d-k: stem, three stages of (d − 4) / 6 blocks of 16k, 32k and 64k channels, BN, ReLU, average pooling, `fc`. */
export function createWrn({ depth, width, dropout: rate }: WrnOptions, input: InputShape): Network {
  const blocksPerStage = (depth - 4) / 6;
  const widths = [stemWidth, 16 * width, 32 * width, 64 * width];
  const blocks = [1, 2, 3].flatMap((stage) =>
    Array.from({ length: blocksPerStage }, (_, index) =>
      wideBlock(`block${stage}.layer.${index}`, {
        inputs: widths[index === 0 ? stage - 1 : stage],
        outputs: widths[stage],
        stride: index === 0 && stage > 1 ? 2 : 1,
        dropout: rate,
      }),
    ),
  );
  const featureSize = 64 * width;
  const body = sequence(
    conv('conv1', { inputs: input.channels, outputs: stemWidth, kernel: 3 }),
    ...blocks,
    batchNorm('bn1', featureSize),
    relu,
  );
  return pooledNetwork({ name: `wrn-${depth}-${width}`, body, featureSize }, input);
}
