// Transposed convolution in NHWC with PyTorch's output sizes.
import { cannot } from '../../common/errors.js';
import { withGradient, type Tensor } from '../tensor.js';
import type { ConvOptions } from './conv.js';
import { convAttributes, kernelGradient, padsAsSame, type PaddingScheme } from './conv-kernels.js';
import { matMul } from './matrix.js';
import { intVector, run } from './run.js';
import { reshape, slice } from './shape.js';
import { requireKernel, requireWhole } from './requirements.js';

/**
 * Transposed convolution of x [N, H, W, I] with kernels [K, K, O, I]: [N, (H − 1) stride + K − 2 padding, …, O].
 * `padding` removes that many pixels from every side. Errors: the shapes or types do not match; no pixels are left; the
 * stride is not a whole number from 1, or the padding from 0.
 */
export function conv2dTransposed(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  const { stride = 1, padding = 0 } = options;
  requireKernel(x, ['transposed kernel', kernel], x.shape[3] === kernel.shape[3]);
  requireWhole('convolve', { stride }, 1);
  const [batch, height, width, inputs] = x.shape;
  const [size, , outputs] = kernel.shape;
  if (height === 1 && width === 1 && padding === 0) {
    const weights = reshape(kernel, [size * size * outputs, inputs]);
    return reshape(matMul(reshape(x, [batch, inputs]), weights, { transposeB: true }), [batch, size, size, outputs]);
  }
  const extents = [height, width].map((extent) => (extent - 1) * stride + size - 2 * padding);
  const shape = [batch, ...extents, outputs];
  if (Math.min(...extents) < 1) {
    throw cannot('convolve', `the result would have the shape [${shape.join(', ')}]`, { code: 'engine/shape' });
  }
  if (padsAsSame(size, stride, padding, shape)) return spread(x, kernel, stride, 'SAME', shape);
  requireWhole('convolve', { padding }, 0);
  const whole = [batch, ...extents.map((extent) => extent + 2 * padding), outputs];
  return slice(spread(x, kernel, stride, 'VALID', whole), [0, padding, padding, 0], shape);
}

function spread(x: Tensor, kernel: Tensor, stride: number, scheme: PaddingScheme, shape: readonly number[]): Tensor {
  const { dtype, program } = x;
  const attributes = convAttributes(dtype, stride, scheme);
  const value = run('Conv2DBackpropInput', attributes, [intVector(program, shape), kernel, x], dtype, shape);
  return withGradient(value, [x, kernel], (gradient, [wantInput, wantKernel]) => [
    wantInput ? run('Conv2D', attributes, [gradient, kernel], dtype, x.shape) : undefined,
    wantKernel ? kernelGradient(gradient, x, { shape: kernel.shape, stride, scheme }) : undefined,
  ]);
}
