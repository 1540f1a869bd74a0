// Arguments that operations refuse before TensorFlow, or a reader of its values, meets them.
import { expect, it } from 'vitest';
import {
  add,
  avgPool,
  broadcastTo,
  cast,
  concat,
  conv2d,
  conv2dTransposed,
  div,
  exp,
  inTopK,
  leakyRelu,
  less,
  matMul,
  max,
  maxPool2d,
  mean,
  neg,
  oneHot,
  pad,
  softmaxCrossEntropy,
  splitLast,
  splitVector,
  statelessUniform,
  sum,
} from '../../../src/engine/ops/index.js';
import { createTally } from '../../../src/engine/tally-program.js';
import type { Tensor } from '../../../src/engine/tensor.js';
import type { DType } from '../../../src/engine/types.js';

const tally = createTally();
const of = (dtype: DType, ...shape: number[]): Tensor => tally.input({ dtype, shape });
const [images, matrix, vector] = [of('float32', 1, 4, 4, 2), of('float32', 4, 3), of('float32', 4)];
const kernel = (...shape: number[]): Tensor => of('float32', ...shape);
const [hits, counts, seed] = [of('bool', 4), of('int32', 4), of('int32', 2)];

it.each<[string, () => unknown]>([
  [
    'convolve: float32[1, 4, 4, 2] and kernel float32[3, 1, 2, 3] are incompatible',
    () => conv2d(images, kernel(3, 1, 2, 3)),
  ],
  ['convolve: bfloat16[1, 4, 4, 2] and kernel', () => conv2d(cast(images, 'bfloat16'), kernel(3, 3, 2, 3))],
  ['convolve: float32[1, 4, 4, 2] and kernel float32[3, 3, 1, 3]', () => conv2d(images, kernel(3, 3, 1, 3))],
  ['convolve: a window of 5 x 5 does not fit into float32[1, 4, 4, 2]', () => conv2d(images, kernel(5, 5, 2, 3))],
  [
    'convolve: a window of 7 x 7 does not fit into float32[1, 4, 4, 2] with a padding of 1',
    () => conv2d(images, kernel(7, 7, 2, 3), { padding: 1 }),
  ],
  [
    'convolve: the stride is 0, expected a whole number of at least 1',
    () => conv2d(images, kernel(3, 3, 2, 3), { stride: 0 }),
  ],
  [
    'convolve: the padding is 0.5, expected a whole number of at least 0',
    () => conv2d(images, kernel(2, 2, 2, 3), { stride: 2, padding: 0.5 }),
  ],
  [
    'convolve: float32[1, 4, 4, 2] and transposed kernel float32[3, 2, 4, 2] are incompatible',
    () => conv2dTransposed(images, kernel(3, 2, 4, 2)),
  ],
  [
    'convolve: the result would have the shape [1, 0, 0, 4]',
    () => conv2dTransposed(images, kernel(3, 3, 4, 2), { padding: 3 }),
  ],
  [
    'convolve: the padding is -1, expected a whole number of at least 0',
    () => conv2d(of('float32', 1, 6, 6, 2), kernel(1, 1, 2, 3), { stride: 3, padding: -1 }),
  ],
  [
    'convolve: the padding is -1, expected a whole number of at least 0',
    () => conv2dTransposed(images, kernel(1, 1, 4, 2), { stride: 3, padding: -1 }),
  ],
  ['pool: a window of 5 x 5 does not fit into float32[1, 4, 4, 2]', () => avgPool(images, 5)],
  ['pool: a window of 2 x 2 does not fit into float32[4, 3]', () => avgPool(matrix, 2)],
  ['pool: the size is 1.5, expected a whole number of at least 1', () => avgPool(images, 1.5)],
  [
    'pool: the padding 2 is more than half of a window of 2 x 2',
    () => maxPool2d(images, { size: 2, stride: 2, padding: 2 }),
  ],
  ['compute mean: int32[4] is not of a float type', () => mean(counts)],
  ['compute sum: bool[4] is not of a float type', () => sum(hits)],
  ['compute Max: bool[4] is not of a float type', () => max(hits)],
  ['compute AddV2: bool[4] is not of a float type', () => add(hits, hits)],
  ['compute Less: bool[4] is not of a float type', () => less(hits, hits)],
  ['compute RealDiv: int32[4] is not of a float type', () => div(counts, counts)],
  ['compute Exp: int32[4] is not of a float type', () => exp(counts)],
  ['compute LeakyRelu: int32[4] is not of a float type', () => leakyRelu(counts, 0.1)],
  ['compute inTopK: the k is 1.5, expected a whole number of at least 1', () => inTopK(matrix, counts, 1.5)],
  ['compute Neg: bool[4] is not of a float type', () => neg(hits)],
  ['compute softmaxCrossEntropy: the logits are bool[4, 3]', () => softmaxCrossEntropy(of('bool', 4, 3), counts)],
  ['compute oneHot: the depth is 2.5, expected a whole number', () => oneHot(counts, 2.5)],
  [
    'multiply matrices: float32[4] transposed and float32[4, 3] are incompatible',
    () => matMul(vector, matrix, { transposeA: true }),
  ],
  ['broadcast: float32[4] does not broadcast to [2, 3]', () => broadcastTo(vector, [2, 3])],
  ['broadcast: float32[4, 3] does not broadcast to [3]', () => broadcastTo(matrix, [3])],
  ['broadcast: expected a list of whole numbers as a shape, got 4', () => broadcastTo(vector, 4 as never)],
  ['split: float32[4] is not a vector of the pieces [2, 3]', () => splitVector(vector, [2, 3])],
  ['split: the last axis of float32[4, 3] cannot be divided into 1.5 equal parts', () => splitLast(matrix, 1.5)],
  ['split: the last axis of float32[4, 3] cannot be divided into -3 equal parts', () => splitLast(matrix, -3)],
  ['split: float32[4] is not a vector of the pieces [5, -1]', () => splitVector(vector, [5, -1])],
  ['concatenate: float32[4, 3] and float32[4] differ in more than axis 1', () => concat([matrix, vector], 1)],
  ['concatenate: there are no tensors', () => concat([], 0)],
  [
    'pad: expected [before, after], whole numbers of at least 0, for each axis of float32[4]',
    () => pad(vector, [[0.5, 0.5]]),
  ],
  ['draw random numbers: the seed is float32[4], expected int32[2]', () => statelessUniform(vector, [2])],
  ['draw random numbers: the seed is a number, expected int32[2]', () => statelessUniform(3 as never, [2])],
  ['draw random numbers: expected a list of whole numbers as a shape', () => statelessUniform(seed, 2 as never)],
])('cannot %s', (message, call) => {
  expect(call).toThrow(`cannot ${message}`);
});

it('takes integers where TensorFlow has kernels for them', () => {
  for (const made of [neg(counts), add(counts, counts), sum(counts), max(counts)]) expect(made.dtype).toBe('int32');
});

it('pads as SAME by halves', () => {
  expect(conv2d(images, kernel(4, 4, 2, 3), { padding: 1.5 }).shape).toEqual([1, 4, 4, 3]);
});
