// Pooling over windows of [N, H, W, C]: means, and maxima with PyTorch's padding.
import { cannot } from '../../common/errors.js';
import { ints, string, type } from '../attributes.js';
import { detach, withGradient, type Tensor } from '../tensor.js';
import { floatScalar, intVector, lowest, run } from './run.js';
import { slice } from './shape.js';
import { requireWhole, requireWindow } from './requirements.js';

/**
 * Means of non-overlapping windows of `size` x `size` of x [N, H, W, C]: [N, floor(H / size), floor(W / size), C].
 * Remaining rows and columns at the lower and right border are dropped. Errors: x is smaller than a window.
 */
export function avgPool(x: Tensor, size: number): Tensor {
  requireWhole('pool', { size }, 1);
  requireWindow('pool', x, size);
  const { dtype, program } = x;
  const [batch, height, width, channels] = x.shape;
  const window = ints([1, size, size, 1]);
  const format = { padding: string('VALID'), data_format: string('NHWC') };
  const attributes = { T: type(dtype), ksize: window, strides: window, ...format };
  const shape = [batch, Math.floor(height / size), Math.floor(width / size), channels];
  const value = run('AvgPool', attributes, [x], dtype, shape);
  return withGradient(value, [x], (gradient) => [
    run('AvgPoolGrad', attributes, [intVector(program, x.shape), gradient], dtype, x.shape),
  ]);
}

export interface MaxPoolOptions {
  readonly size: number;
  readonly stride: number;
  /** Positions added on every side, which are never the maximum; at most half the size. Default: 0. */
  readonly padding?: number;
}

/**
 * The largest value of each window of `size` x `size` of x [N, H, W, C]:
 * [N, floor((H + 2 padding − size) / stride) + 1, …, C]. Rows and columns at the lower and right border that fill no
 * window are dropped. The gradient goes to one position per window. Errors: a window is larger than the padded image,
 * or the padding than half of a window.
 */
export function maxPool2d(x: Tensor, { size, stride, padding = 0 }: MaxPoolOptions): Tensor {
  requireWhole('pool', { size, stride }, 1);
  requireWhole('pool', { padding }, 0);
  requireWindow('pool', x, size, padding);
  // A window without a pixel of the image would have the padding as its maximum.
  if (2 * padding > size) {
    throw cannot('pool', `the padding ${padding} is more than half of a window of ${size} x ${size}`, {
      code: 'engine/shape',
    });
  }
  const padded = padWithLowest(detach(x), padding);
  const [count, height, width, channels] = padded.shape;
  const attributes = {
    T: type(x.dtype),
    ksize: ints([1, size, size, 1]),
    strides: ints([1, stride, stride, 1]),
    padding: string('VALID'),
    data_format: string('NHWC'),
  };
  const extent = (full: number): number => Math.floor((full - size) / stride) + 1;
  const value = run('MaxPool', attributes, [padded], x.dtype, [count, extent(height), extent(width), channels]);
  return withGradient(value, [x], (gradient) => {
    const slope = run('MaxPoolGrad', attributes, [padded, value, gradient], x.dtype, padded.shape);
    return [padding === 0 ? slope : slice(slope, [0, padding, padding, 0], x.shape)];
  });
}

function padWithLowest(x: Tensor, padding: number): Tensor {
  if (padding === 0) return x;
  const [count, height, width, channels] = x.shape;
  const values = Int32Array.of(0, 0, padding, padding, padding, padding, 0, 0);
  const paddings = x.program.constant(values, { dtype: 'int32', shape: [4, 2] });
  const attributes = { T: type(x.dtype), Tpaddings: type('int32') };
  const shape = [count, height + 2 * padding, width + 2 * padding, channels];
  return run('PadV2', attributes, [x, paddings, floatScalar(x.program, lowest, x.dtype)], x.dtype, shape);
}
