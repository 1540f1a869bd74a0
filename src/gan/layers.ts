// The building blocks of generators and discriminators, as in DCGAN (Radford et al., 2016).
import { concat, mean, oneHot, reshape, softplus, neg, tanh as tanhOp } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence, type Layer } from '../nn/layer.js';
import { batchNorm, conv, convTransposed, leakyRelu, relu } from '../nn/layers.js';
import type { GeneratorInputs } from './generator.js';

/** Standard deviation of DCGAN's initial weights: convolutions N(0, 0.02), scales of batch normalization N(1, 0.02). */
const deviation = 0.02;

interface Widths {
  readonly inputs: number;
  readonly outputs: number;
}

export const ganBatchNorm = (name: string, channels: number): Layer => batchNorm(name, channels, deviation);

/** Projects a vector [N, 1, 1, inputs] to size x size pixels; batch normalization, ReLU. */
export function project(number: number, size: number, { inputs, outputs }: Widths, part = ''): Layer {
  return sequence(
    convTransposed(`generator.deconv${number}${part}`, { inputs, outputs, kernel: size, deviation }),
    ganBatchNorm(`generator.bn${number}${part}`, outputs),
    relu,
  );
}

/** Doubles height and width. */
export const enlarge = (number: number, widths: Widths): Layer =>
  convTransposed(`generator.deconv${number}`, { ...widths, kernel: 4, stride: 2, padding: 1, deviation });

/** Doubles height and width; batch normalization, ReLU. */
export const enlargeNormalized = (number: number, widths: Widths): Layer =>
  sequence(enlarge(number, widths), ganBatchNorm(`generator.bn${number}`, widths.outputs), relu);

const tanh: Layer = { tensors: [], apply: (x) => tanhOp(x) };

/** Doubles height and width, to three channels between −1 and 1. */
export const enlargeToImage = (number: number, inputs: number): Layer =>
  sequence(enlarge(number, { inputs, outputs: 3 }), tanh);

/** A convolution of a discriminator, without bias. */
export const discriminatorConv = (
  number: number | string,
  options: Widths & { readonly kernel: number; readonly stride: number; readonly padding: number },
): Layer => conv(`discriminator.conv${number}`, { ...options, deviation });

/** Halves height and width. */
export const halve = (number: number, widths: Widths): Layer =>
  discriminatorConv(number, { ...widths, kernel: 4, stride: 2, padding: 1 });

/** Halves height and width; batch normalization, leaky ReLU. */
export const halveNormalized = (number: number, widths: Widths, slope: number): Layer =>
  sequence(halve(number, widths), ganBatchNorm(`discriminator.bn${number}`, widths.outputs), leakyRelu(slope));

/** Maps 4x4 pixels to one number per image: [N, 4, 4, inputs] to [N]. */
export function toScore(number: number, inputs: number): Layer {
  const layer = discriminatorConv(number, { inputs, outputs: 1, kernel: 4, stride: 1, padding: 0 });
  return { tensors: layer.tensors, apply: (x, pass) => reshape(layer.apply(x, pass), [x.shape[0]]) };
}

/** Reshapes a vector to one pixel: [N, K] to [N, 1, 1, K]. */
export const asPixel = (x: Tensor): Tensor => reshape(x, [x.shape[0], 1, 1, x.shape[1]]);

/** Concatenates noise, one-hot labels and codes: [N, noise + classes + codes]. */
export function joined({ noise, labels, codes }: GeneratorInputs, classes: number): Tensor {
  const parts = [noise, labels === undefined ? undefined : oneHot(labels, classes), codes];
  return concat(
    parts.filter((part) => part !== undefined),
    1,
  );
}

/** Mean cross entropy of scores [N] with the label "real". */
export const callReal = (score: Tensor): Tensor => mean(softplus(neg(score)));

/** Mean cross entropy of scores [N] with the label "generated". */
export const callGenerated = (score: Tensor): Tensor => mean(softplus(score));
