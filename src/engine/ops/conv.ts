// Two-dimensional convolution in NHWC, dense or grouped, with PyTorch's symmetric padding.
import { withGradient, type Tensor } from '../tensor.js';
import { convAttributes, kernelGradient, padsAsSame, type PaddingScheme } from './conv-kernels.js';
import { intVector, run } from './run.js';
import { requireKernel, requireWhole, requireWindow } from './requirements.js';
import { concat, joinLast, pad } from './shape.js';
import { splitLast } from './split.js';

export interface ConvOptions {
  readonly stride?: number;
  /** Zeros added on every side. */
  readonly padding?: number;
}

/**
 * Convolves x [N, H, W, I] with kernels [K, K, I / groups, O] to [N, floor((H + 2 padding − K) / stride) + 1, …, O];
 * the number of groups follows from the shapes. If TensorFlow's SAME pads both sides equally, as PyTorch does, it is
 * used, because it is fastest in oneDNN; otherwise x is padded first. For a padding of m + 1/2 SAME adds m before and
 * m + 1 after. Errors: the shapes or types do not match; the padded x is smaller than the kernel; the stride is not a
 * whole number from 1, or the padding from 0.
 */
export function conv2d(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  const { stride = 1, padding = 0 } = options;
  const [size, , inputs, outputs] = kernel.shape;
  const groups = x.shape[3] / inputs;
  requireKernel(x, ['kernel', kernel], Number.isInteger(groups) && outputs % groups === 0);
  requireWhole('convolve', { stride }, 1);
  if (padding !== 0 && padsAsSame(size, stride, padding, x.shape)) return convolve(x, kernel, stride, 'SAME');
  requireWhole('convolve', { padding }, 0);
  requireWindow('convolve', x, size, padding);
  if (padding === 0) return convolve(x, kernel, stride, 'VALID');
  const padded = pad(x, [
    [0, 0],
    [padding, padding],
    [padding, padding],
    [0, 0],
  ]);
  return convolve(padded, kernel, stride, 'VALID');
}

/** Maximum number of input channels per group for TensorFlow's grouped kernels on a CPU: see docs/engine.md. */
const maxGroupedChannels = 32;

/**
 * Maximum number of pairs of input and output channels of a kernel whose gradient is computed at once on a CPU
 * (measured).
 */
const maxChannelPairs = 160 * 640;

/**
 * Returns the number of equal parts of the input channels in which the gradient of a kernel is computed, with
 * identical bits. On a CPU oneDNN needs up to 1.8 times as long for many channels at once: see docs/engine.md.
 */
function kernelGradientParts({ program, shape: [size, , inputs, outputs] }: Tensor): number {
  if (program.device !== 'cpu' || size === 1) return 1;
  let parts = 1;
  while ((inputs / parts) * outputs > maxChannelPairs && (inputs / parts) % 32 === 0) parts *= 2;
  return parts;
}

function convolve(x: Tensor, kernel: Tensor, stride: number, scheme: PaddingScheme): Tensor {
  const { dtype, program } = x;
  const attributes = convAttributes(dtype, stride, scheme);
  const forward: Forward = (input, weights) => {
    const [batch, height, width] = input.shape;
    const [size, , , outputs] = weights.shape;
    const extent = (full: number): number => Math.ceil((full - (scheme === 'VALID' ? size - 1 : 0)) / stride);
    return run('Conv2D', attributes, [input, weights], dtype, [batch, extent(height), extent(width), outputs]);
  };
  const toInput: Backward = (input, weights, gradient) =>
    run('Conv2DBackpropInput', attributes, [intVector(program, input.shape), weights, gradient], dtype, input.shape);
  const toKernel: Backward = (input, weights, gradient) => {
    const [height, width, inputs, outputs] = weights.shape;
    const parts = input.shape[3] === inputs ? kernelGradientParts(weights) : 1;
    const shape = [height, width, inputs / parts, outputs];
    return concat(
      splitLast(input, parts).map((part) => kernelGradient(part, gradient, { shape, stride, scheme })),
      2,
    );
  };
  const groups = x.shape[3] / kernel.shape[2];
  const apart = groups > 1 && program.device === 'cpu' && kernel.shape[2] > maxGroupedChannels;
  const each = apart ? groups : 1;
  const inputs = splitLast(x, each);
  const kernels = splitLast(kernel, each);
  const value = joinLast(inputs.map((input, group) => forward(input, kernels[group])));
  return withGradient(value, [x, kernel], (gradient, [wantInput, wantKernel]) => {
    const gradients = splitLast(gradient, each);
    // Split again: keeping the parts until here would need as much memory again as x.
    const parts = each === 1 ? inputs : splitLast(program.after(x, gradient), each);
    const through = (backward: Backward): Tensor =>
      joinLast(gradients.map((part, group) => backward(parts[group], kernels[group], part)));
    return [wantInput ? through(toInput) : undefined, wantKernel ? through(toKernel) : undefined];
  });
}

type Forward = (input: Tensor, kernel: Tensor) => Tensor;
type Backward = (input: Tensor, kernel: Tensor, gradient: Tensor) => Tensor;
