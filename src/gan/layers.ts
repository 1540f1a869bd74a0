// The blocks that generators and discriminators are made of, after DCGAN (Radford et al., 2016).
import { concat, mean, oneHot, reshape, softplus, neg, tanh as tanhOp } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence, type Layer } from '../nn/layer.js';
import { batchNorm, conv, convTransposed, leakyRelu, relu } from '../nn/layers.js';
import type { GeneratorInputs } from './generator.js';

/** DCGAN's first weights: convolutions N(0, 0.02), scales of batch normalization N(1, 0.02). */
const deviation = 0.02;

interface Widths {
  readonly inputs: number;
  readonly outputs: number;
}

export const ganBatchNorm = (name: string, channels: number): Layer => batchNorm(name, channels, deviation);

/** A vector [N, 1, 1, inputs] spread over size x size pixels; normalized, ReLU. */
export function project(number: number, size: number, { inputs, outputs }: Widths, part = ''): Layer {
  return sequence(
    convTransposed(`generator.deconv${number}${part}`, { inputs, outputs, kernel: size, deviation }),
    ganBatchNorm(`generator.bn${number}${part}`, outputs),
    relu,
  );
}

/** Twice as many pixels on each side. */
export const enlarge = (number: number, widths: Widths): Layer =>
  convTransposed(`generator.deconv${number}`, { ...widths, kernel: 4, stride: 2, padding: 1, deviation });

/** Twice as many pixels on each side, normalized, ReLU. */
export const enlargeNormalized = (number: number, widths: Widths): Layer =>
  sequence(enlarge(number, widths), ganBatchNorm(`generator.bn${number}`, widths.outputs), relu);

const tanh: Layer = { tensors: [], apply: (x) => tanhOp(x) };

/** Twice as many pixels on each side, in three channels between −1 and 1. */
export const enlargeToImage = (number: number, inputs: number): Layer =>
  sequence(enlarge(number, { inputs, outputs: 3 }), tanh);

/** A convolution of a discriminator, without bias. */
export const discriminatorConv = (
  number: number | string,
  options: Widths & { readonly kernel: number; readonly stride: number; readonly padding: number },
): Layer => conv(`discriminator.conv${number}`, { ...options, deviation });

/** Half as many pixels on each side. */
export const halve = (number: number, widths: Widths): Layer =>
  discriminatorConv(number, { ...widths, kernel: 4, stride: 2, padding: 1 });

/** Half as many pixels on each side, normalized, leaky ReLU. */
export const halveNormalized = (number: number, widths: Widths, slope: number): Layer =>
  sequence(halve(number, widths), ganBatchNorm(`discriminator.bn${number}`, widths.outputs), leakyRelu(slope));

/** 4x4 pixels to one number an image: [N, 4, 4, inputs] to [N]. */
export function toScore(number: number, inputs: number): Layer {
  const layer = discriminatorConv(number, { inputs, outputs: 1, kernel: 4, stride: 1, padding: 0 });
  return { tensors: layer.tensors, apply: (x, pass) => reshape(layer.apply(x, pass), [x.shape[0]]) };
}

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

/** Cross entropy of scores [N] against "real"; mean. */
export const callReal = (score: Tensor): Tensor => mean(softplus(neg(score)));

/** Cross entropy of scores [N] against "generated"; mean. */
export const callGenerated = (score: Tensor): Tensor => mean(softplus(score));
