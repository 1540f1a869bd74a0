// CIFAR ResNeXts (Xie et al., 2017): bottlenecks whose 3x3 convolution works in `cardinality` groups.
import { sequence, type Layer } from '../nn/layer.js';
import { batchNorm, conv, relu } from '../nn/layers.js';
import { residualBlock } from '../nn/residual-block.js';
import type { InputShape, Network } from './network.js';
import type { ResnextOptions } from './options.js';
import { pooledNetwork } from './pooled-network.js';

const stemWidth = 64;
const stageWidths = [256, 512, 1024];

interface BlockOptions {
  readonly inputs: number;
  /** Channels of the 3x3 convolution. */
  readonly inner: number;
  readonly outputs: number;
  readonly groups: number;
  readonly stride: number;
}

/**
 * 1x1, grouped 3x3 and 1x1 convolutions, each with BN, and a shortcut: a 1x1 convolution and BN if the width changes.
 */
function groupedBottleneck(name: string, { inputs, inner, outputs, groups, stride }: BlockOptions): Layer {
  const residual = sequence(
    conv(`${name}.conv_reduce`, { inputs, outputs: inner, kernel: 1 }),
    batchNorm(`${name}.bn_reduce`, inner),
    relu,
    conv(`${name}.conv_conv`, { inputs: inner, outputs: inner, kernel: 3, stride, groups }),
    batchNorm(`${name}.bn`, inner),
    relu,
    conv(`${name}.conv_expand`, { inputs: inner, outputs, kernel: 1 }),
    batchNorm(`${name}.bn_expand`, outputs),
  );
  return residualBlock(name, residual, { inputs, outputs, stride });
}

/** ResNeXt of depth 9n + 2: stem, three stages of n blocks with `cardinality` groups of width, 2 width, 4 width. */
export function createResnext({ depth, cardinality, width }: ResnextOptions, input: InputShape): Network {
  const blocksPerStage = (depth - 2) / 9;
  const blocks = stageWidths.flatMap((outputs, stage) =>
    Array.from({ length: blocksPerStage }, (_, index) => {
      const first = index === 0;
      const before = stage === 0 ? stemWidth : stageWidths[stage - 1];
      return groupedBottleneck(`stage_${stage + 1}.${index}`, {
        inputs: first ? before : outputs,
        inner: cardinality * width * 2 ** stage,
        outputs,
        groups: cardinality,
        stride: first && stage > 0 ? 2 : 1,
      });
    }),
  );
  const body = sequence(
    conv('conv_1_3x3', { inputs: input.channels, outputs: stemWidth, kernel: 3 }),
    batchNorm('bn_1', stemWidth),
    relu,
    ...blocks,
  );
  const name = `resnext-${depth}-${cardinality}x${width}d`;
  return pooledNetwork({ name, body, featureSize: stageWidths[stageWidths.length - 1] }, input);
}
