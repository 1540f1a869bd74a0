// Pooling over windows of [N, H, W, C].
import { ints, string, type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { intVector, run } from './run.js';

/**
 * Means of windows of `size` x `size` of x [N, H, W, C] that do not overlap: [N, floor(H / size), floor(W / size), C].
 * What is left over at the lower and right border is dropped.
 */
export function avgPool(x: Tensor, size: number): Tensor {
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
