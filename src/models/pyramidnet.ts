// PyramidNets for CIFAR (Han et al., 2017) with ShakeDrop (Yamada et al., 2018): widths that grow with every block.
import { roundHalfEven } from '../common/round-half-even.js';
import { add, avgPool, cast, mul, pad } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence, type Layer } from '../nn/layer.js';
import { batchNorm, conv, relu } from '../nn/layers.js';
import { shakeDrop } from '../nn/noise.js';
import type { InputShape, Network } from './network.js';
import type { PyramidnetOptions } from './options.js';
import { pooledNetwork } from './pooled-network.js';

const stemWidth = 16;
const expansion = 4;
/** The probability with which ShakeDrop closes the last block; it increases linearly over the blocks. */
const lastClosed = 0.5;

/** Returns the inner width of every block. Adds and rounds in the same way as the reference, which is in Python. */
function blockWidths(blocks: number, alpha: number): number[] {
  let width = stemWidth;
  return Array.from({ length: blocks }, () => roundHalfEven((width += alpha / blocks)));
}

/** Returns means of 2 x 2 pixels; at the lower and right edge of an odd size, of the pixels that there are. */
export function halved(x: Tensor): Tensor {
  const [, height, width] = x.shape;
  const [below, right] = [height % 2, width % 2];
  if (below + right === 0) return avgPool(x, 2);
  const filled = pad(x, [[0, 0], [0, below], [0, right], [0, 0]]); // prettier-ignore
  const [rows, columns] = [(height + below) / 2, (width + right) / 2];
  // The zeros count in the means, and half of the pixels of an edge are zeros.
  const factors = Float32Array.from({ length: rows * columns }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / columns), pixel % columns];
    return (below === 1 && row === rows - 1 ? 2 : 1) * (right === 1 && column === columns - 1 ? 2 : 1);
  });
  const constant = x.program.constant(factors, { dtype: 'float32', shape: [1, rows, columns, 1] });
  return mul(avgPool(filled, 2), cast(constant, x.dtype));
}

/** The input, halved in size if the block has a stride of 2, with channels of zeros appended up to `outputs`. */
function shortcut(x: Tensor, outputs: number, stride: number): Tensor {
  const smaller = stride === 1 ? x : halved(x);
  const missing = outputs - smaller.shape[3];
  if (missing === 0) return smaller;
  return pad(smaller, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, missing],
  ]);
}

function block(name: string, inputs: number, width: number, stride: number, closed: number): Layer {
  const outputs = expansion * width;
  const residual = sequence(
    batchNorm(`${name}.bn1`, inputs),
    conv(`${name}.conv1`, { inputs, outputs: width, kernel: 1 }),
    batchNorm(`${name}.bn2`, width),
    relu,
    conv(`${name}.conv2`, { inputs: width, outputs: width, kernel: 3, stride }),
    batchNorm(`${name}.bn3`, width),
    relu,
    conv(`${name}.conv3`, { inputs: width, outputs, kernel: 1 }),
    batchNorm(`${name}.bn4`, outputs),
    shakeDrop(`${name}.shake`, closed),
  );
  return {
    tensors: residual.tensors,
    apply: (x, pass) => add(residual.apply(x, pass), shortcut(x, outputs, stride)),
  };
}

/** A PyramidNet: stem, three stages of (depth − 2) / 9 bottlenecks, BN, ReLU, global average pooling, `fc`. */
export function createPyramidnet({ depth, alpha }: PyramidnetOptions, input: InputShape): Network {
  const blocksPerStage = (depth - 2) / 9;
  const widths = blockWidths(3 * blocksPerStage, alpha);
  const blocks = widths.map((width, index) => {
    const [stage, position] = [Math.floor(index / blocksPerStage), index % blocksPerStage];
    const inputs = index === 0 ? stemWidth : expansion * widths[index - 1];
    const stride = stage > 0 && position === 0 ? 2 : 1;
    const closed = (lastClosed * (index + 1)) / widths.length;
    return block(`layer${stage + 1}.${position}`, inputs, width, stride, closed);
  });
  const featureSize = expansion * widths[widths.length - 1];
  const body = sequence(
    conv('conv1', { inputs: input.channels, outputs: stemWidth, kernel: 3 }),
    batchNorm('bn1', stemWidth),
    ...blocks,
    batchNorm('bn_final', featureSize),
    relu,
  );
  return pooledNetwork({ name: `pyramidnet-${depth}-${alpha}`, body, featureSize }, input);
}
