// CIFAR ResNets of depth 6n + 2 (He et al., 2016, section 4.2), with projection shortcuts as in the reference code,
// and the same with squeeze-excitation (Hu et al., 2018).
import type { Layer } from '../nn/layer.js';
import { sequence } from '../nn/layer.js';
import { dropout } from '../nn/dropout.js';
import { batchNorm, conv, relu } from '../nn/layers.js';
import { residualBlock } from '../nn/residual-block.js';
import { squeezeExcitation } from '../nn/squeeze-excitation.js';
import type { InputShape, Network } from './network.js';
import type { ResnetOptions, SeResnetOptions } from './options.js';
import { pooledNetwork } from './pooled-network.js';

const stageWidths = [16, 32, 64];
const reduction = 16;

interface BlockOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  /** Dropout after the first ReLU. */
  readonly dropout: number;
  /** Squeeze-excitation after the second normalization. */
  readonly gated: boolean;
}

/** Two 3x3 convolutions with a shortcut. */
function basicBlock(name: string, { inputs, outputs, stride, dropout: rate, gated }: BlockOptions): Layer {
  const residual = sequence(
    conv(`${name}.conv1`, { inputs, outputs, kernel: 3, stride }),
    batchNorm(`${name}.bn1`, outputs),
    relu,
    dropout(`${name}.dropout`, rate),
    conv(`${name}.conv2`, { inputs: outputs, outputs, kernel: 3 }),
    batchNorm(`${name}.bn2`, outputs),
    gated ? squeezeExcitation(`${name}.se`, outputs, reduction) : sequence(),
  );
  return residualBlock(name, residual, { inputs, outputs, stride });
}

/** A CIFAR ResNet: stem, three stages of (depth − 2) / 6 blocks, global average pooling, `fc`. */
export function createResnet(options: ResnetOptions, input: InputShape): Network {
  return build(`resnet-${options.depth}`, options, false, input);
}

/** A CIFAR ResNet with squeeze-excitation (reduction 16) at the end of every residual branch. */
export function createSeResnet(options: SeResnetOptions, input: InputShape): Network {
  return build(`se-resnet-${options.depth}`, options, true, input);
}

function build(
  name: string,
  { depth, dropout: rate }: Omit<ResnetOptions, 'name'>,
  gated: boolean,
  input: InputShape,
): Network {
  const blocksPerStage = (depth - 2) / 6;
  const [stem] = stageWidths;
  const blocks = stageWidths.flatMap((width, stage) =>
    Array.from({ length: blocksPerStage }, (_, index) => {
      const shrinks = index === 0 && stage > 0;
      const inputs = shrinks ? stageWidths[stage - 1] : width;
      const options = { inputs, outputs: width, stride: shrinks ? 2 : 1, dropout: rate, gated };
      return basicBlock(`layer${stage + 1}.${index}`, options);
    }),
  );
  const body = sequence(
    conv('conv1', { inputs: input.channels, outputs: stem, kernel: 3 }),
    batchNorm('bn1', stem),
    relu,
    ...blocks,
  );
  return pooledNetwork({ name, body, featureSize: stageWidths[stageWidths.length - 1] }, input);
}
