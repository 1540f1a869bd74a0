// What dense and transposed convolutions share: attributes of their kernels, padding, the gradient of the weights.
import { bool, int, ints, string, type } from '../attributes.js';
import type { Tensor } from '../tensor.js';
import type { Shape } from '../types.js';
import { intVector, run } from './run.js';

/** The paddings of TensorFlow. */
export type PaddingScheme = 'SAME' | 'VALID';

/**
 * Whether TensorFlow's SAME on images [N, H, W, C] equals this padding: it adds K − stride in total, an odd one at the
 * end.
 */
export function padsAsSame(size: number, stride: number, padding: number, [, height, width]: Shape): boolean {
  return padding >= 0 && size - stride === 2 * padding && height % stride === 0 && width % stride === 0;
}

/** Attributes of Conv2D and of the kernels of both its gradients: NHWC, no dilation. */
export const convAttributes = (dtype: Tensor['dtype'], stride: number, scheme: PaddingScheme) => ({
  T: type(dtype),
  strides: ints([1, stride, stride, 1]),
  padding: string(scheme),
  data_format: string('NHWC'),
  dilations: ints([1, 1, 1, 1]),
  use_cudnn_on_gpu: bool(true),
});

/**
 * Below this number of input channels, the floats of an AVX-512 register, oneDNN's gradient of a strided kernel of one
 * pixel writes past the end of its buffer: see docs/engine.md.
 */
const minStridedChannels = 16;

/** Every n-th row and column of x [N, H, W, C]: [N, ceil(H / n), ceil(W / n), C]. No gradient. */
function everyNth(x: Tensor, n: number): Tensor {
  const { dtype, program } = x;
  const [batch, height, width, channels] = x.shape;
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];
  const attributes = Object.fromEntries(masks.map((name) => [name, int(0)]));
  const ends = [[0, 0, 0, 0], x.shape, [1, n, n, 1]].map((values) => intVector(program, values));
  const shape = [batch, Math.ceil(height / n), Math.ceil(width / n), channels];
  return run('StridedSlice', { T: type(dtype), Index: type('int32'), ...attributes }, [x, ...ends], dtype, shape);
}

interface KernelGradientOptions {
  /** Shape of the kernel. */
  readonly shape: Shape;
  readonly stride: number;
  readonly scheme: PaddingScheme;
}

/** The gradient of a kernel, from the input of the convolution and the gradient of its output. */
export function kernelGradient(
  input: Tensor,
  gradient: Tensor,
  { shape, stride, scheme }: KernelGradientOptions,
): Tensor {
  const { dtype, program } = input;
  const [size, , inputs] = shape;
  const subsamples = program.device === 'cpu' && size === 1 && stride > 1 && inputs < minStridedChannels;
  const [seen, step] = subsamples ? [everyNth(input, stride), 1] : [input, stride];
  const attributes = convAttributes(dtype, step, scheme);
  return run('Conv2DBackpropFilter', attributes, [seen, intVector(program, shape), gradient], dtype, shape);
}
