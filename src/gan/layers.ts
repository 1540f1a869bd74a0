// The blocks that generators and discriminators are made of, after DCGAN (Radford et al., 2016).
import { concat, oneHot, reshape, tanh as tanhOp } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence, type Layer } from '../nn/layer.js';
import { batchNorm, convTransposed, relu } from '../nn/layers.js';
import type { GeneratorInputs } from './generator.js';

/** DCGAN's first weights: convolutions N(0, 0.02), scales of batch normalisation N(1, 0.02). */
export const firstDeviation = 0.02;

interface Widths {
  readonly inputs: number;
  readonly outputs: number;
}

export const normalised = (name: string, channels: number): Layer => batchNorm(name, channels, firstDeviation);

/** A vector [N, 1, 1, inputs] spread over size x size pixels; normalised, ReLU. */
export function project(number: number, size: number, { inputs, outputs }: Widths, part = ''): Layer {
  return sequence(
    convTransposed(`generator.deconv${number}${part}`, { inputs, outputs, kernel: size, deviation: firstDeviation }),
    normalised(`generator.bn${number}${part}`, outputs),
    relu,
  );
}

/** Twice as many pixels on each side. */
export const enlarge = (number: number, { inputs, outputs }: Widths): Layer =>
  convTransposed(`generator.deconv${number}`, {
    inputs,
    outputs,
    kernel: 4,
    stride: 2,
    padding: 1,
    deviation: firstDeviation,
  });

/** Twice as many pixels on each side, normalised, ReLU. */
export const enlargeNormalised = (number: number, widths: Widths): Layer =>
  sequence(enlarge(number, widths), normalised(`generator.bn${number}`, widths.outputs), relu);

const tanh: Layer = { tensors: [], apply: (x) => tanhOp(x) };

/** Twice as many pixels on each side, in three channels between −1 and 1. */
export const enlargeToImage = (number: number, inputs: number): Layer =>
  sequence(enlarge(number, { inputs, outputs: 3 }), tanh);

/** A vector as one pixel: [N, K] to [N, 1, 1, K]. */
export const asPixel = (x: Tensor): Tensor => reshape(x, [x.shape[0], 1, 1, x.shape[1]]);

/** Noise, one-hot labels and codes side by side, [N, noise + classes + codes]. */
export function joined({ noise, labels, codes }: GeneratorInputs, classes: number): Tensor {
  const parts = [noise, labels === undefined ? undefined : oneHot(labels, classes), codes];
  return concat(
    parts.filter((part) => part !== undefined),
    1,
  );
}
