// The block of ResNets and ResNeXts: residual branch plus shortcut, then ReLU.
import { add, relu } from '../engine/ops/index.js';
import { sequence, type Layer } from './layer.js';
import { batchNorm, conv } from './layers.js';

interface ResidualBlockShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

/**
 * relu(residual(x) + shortcut(x)). The shortcut is the identity or, if the residual changes the shape, a 1x1
 * convolution (`downsample.0`) with batch normalization (`downsample.1`).
 */
export function residualBlock(name: string, residual: Layer, { inputs, outputs, stride }: ResidualBlockShape): Layer {
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
