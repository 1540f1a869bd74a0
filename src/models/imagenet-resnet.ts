// ImageNet ResNets and ResNeXts (He et al., 2016; Xie et al., 2017); bottlenecks have the stride in the 3x3
// convolution.
import { maxPool2d } from '../engine/ops/index.js';
import { sequence, type Layer } from '../nn/layer.js';
import { batchNorm, conv, relu } from '../nn/layers.js';
import { residualBlock } from '../nn/residual-block.js';
import type { InputShape, Network } from './network.js';
import type { ImagenetResnetOptions, ImagenetResnextOptions } from './options.js';
import { pooledNetwork } from './pooled-network.js';

const stageWidths = [64, 128, 256, 512];
const stemWidth = 64;

const blocksPerStage = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
} as const;

/** Creates the residual branch of a block, given its input channels and the width of its stage. */
type Residual = (name: string, inputs: number, width: number, stride: number) => Layer;

/** A kind of block: basic or bottleneck. */
interface BlockKind {
  /** Output channels of a block, as a multiple of its stage's width. */
  readonly expansion: number;
  readonly residual: Residual;
}

const basic: BlockKind = {
  expansion: 1,
  residual: (name, inputs, width, stride) =>
    sequence(
      conv(`${name}.conv1`, { inputs, outputs: width, kernel: 3, stride }),
      batchNorm(`${name}.bn1`, width),
      relu,
      conv(`${name}.conv2`, { inputs: width, outputs: width, kernel: 3 }),
      batchNorm(`${name}.bn2`, width),
    ),
};

/** Bottlenecks; `groupWidth` is the number of channels per group in the first stage. */
const bottleneck = (groups: number, groupWidth: number): BlockKind => ({
  expansion: 4,
  residual(name, inputs, width, stride) {
    const inner = (width / stemWidth) * groupWidth * groups;
    return sequence(
      conv(`${name}.conv1`, { inputs, outputs: inner, kernel: 1 }),
      batchNorm(`${name}.bn1`, inner),
      relu,
      conv(`${name}.conv2`, { inputs: inner, outputs: inner, kernel: 3, stride, groups }),
      batchNorm(`${name}.bn2`, inner),
      relu,
      conv(`${name}.conv3`, { inputs: inner, outputs: 4 * width, kernel: 1 }),
      batchNorm(`${name}.bn3`, 4 * width),
    );
  },
});

const maxPool: Layer = { tensors: [], apply: (x) => maxPool2d(x, { size: 3, stride: 2, padding: 1 }) };

function create(
  name: string,
  { expansion, residual }: BlockKind,
  stages: readonly number[],
  input: InputShape,
): Network {
  const widthAfter = (stage: number): number => (stage < 0 ? stemWidth : stageWidths[stage] * expansion);
  const blocks = stages.flatMap((count, stage) =>
    Array.from({ length: count }, (_, index) => {
      const first = index === 0;
      const path = `layer${stage + 1}.${index}`;
      const inputs = widthAfter(first ? stage - 1 : stage);
      const stride = first && stage > 0 ? 2 : 1;
      const shape = { inputs, outputs: widthAfter(stage), stride };
      return residualBlock(path, residual(path, inputs, stageWidths[stage], stride), shape);
    }),
  );
  const body = sequence(
    conv('conv1', { inputs: input.channels, outputs: stemWidth, kernel: 7, stride: 2 }),
    batchNorm('bn1', stemWidth),
    relu,
    maxPool,
    ...blocks,
  );
  const featureSize = widthAfter(stages.length - 1);
  return pooledNetwork({ name, body, featureSize }, input);
}

/**
 * An ImageNet ResNet: stem, max pooling, four stages, global average pooling, `fc`. Images may have any size; up to 32
 * pixels one pixel is left before the global pooling.
 */
export function createImagenetResnet({ depth }: ImagenetResnetOptions, input: InputShape): Network {
  return create(`resnet-${depth}`, depth < 50 ? basic : bottleneck(1, 64), blocksPerStage[depth], input);
}

/** An ImageNet ResNeXt: the same with grouped bottlenecks. */
export function createImagenetResnext(
  { depth, cardinality, width }: ImagenetResnextOptions,
  input: InputShape,
): Network {
  return create(
    `resnext-${depth}-${cardinality}x${width}d`,
    bottleneck(cardinality, width),
    blocksPerStage[depth],
    input,
  );
}
