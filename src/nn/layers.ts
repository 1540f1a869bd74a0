// The basic layers, with PyTorch's names and semantics, and its initial values except those of convolutions.
import { cannot } from '../common/errors.js';
import {
  add,
  batchNormInference,
  batchNormTraining,
  cast,
  concat,
  conv2d,
  conv2dTransposed,
  gelu as geluOp,
  layerNorm as layerNormOp,
  leakyRelu as leakyReluOp,
  matMul,
  pad,
  relu as reluOp,
  reshape,
  slice,
} from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sizeOf } from '../engine/types.js';
import { readAs, type Layer } from './layer.js';
import { declare, filledWith, normal, uniformWithin, type TensorDeclaration } from './tensors.js';

export interface ConvLayerOptions {
  /** Channels of the input. */
  readonly inputs: number;
  /** Channels of the output. */
  readonly outputs: number;
  /** Side length in pixels. */
  readonly kernel: number;
  /** In pixels. Default: 1. */
  readonly stride?: number;
  /**
   * Zeros on every side, in pixels. Default: (kernel − 1) / 2, for an even kernel with stride 1 as PyTorch's
   * `padding='same'`: the odd zero is at the end. An even kernel with another stride has no default.
   */
  readonly padding?: number;
  /** Groups of input and output channels that are convolved separately. Default: 1. */
  readonly groups?: number;
  /** Standard deviation of the initial weights. Default: from `fan`. */
  readonly deviation?: number;
  /** The F of initial weights N(0, 2 / (k k F)): output channels (default) or input channels of a group. */
  readonly fan?: 'outputs' | 'inputs';
  /** Adds a bias U(−b, b) with b = 1/sqrt(k k inputs / groups), PyTorch's default. Default: false. */
  readonly bias?: boolean;
}

/** Rounds a number of channels up to a multiple of 16. */
const paddedWidth = (channels: number): number => channels + (-channels & 15);

/**
 * Errors: x has neither the channels of the layer nor, if the layer allows `padded` ones, that number rounded up by
 * `padChannels`.
 */
function requireChannels(name: string, channels: number, { program, shape }: Tensor, padded = true): void {
  const width = shape[shape.length - 1];
  if (width === channels || (padded && program.device === 'cpu' && width === paddedWidth(channels))) return;
  throw cannot(`apply the layer ${name}`, `expected ${channels} channels, got [${shape.join(', ')}]`, {
    code: 'engine/shape',
  });
}

/**
 * Appends zeros to an axis of a parameter or statistic, up to `width`. Does not use `Pad`: before the kernel of a
 * convolution, oneDNN's layout pass mistakes it for the padding of images and ends the process.
 */
function zeroPadded(x: Tensor, axis: number, width: number): Tensor {
  if (x.shape[axis] === width) return x;
  const shape = x.shape.with(axis, width - x.shape[axis]);
  const zeros = x.program.constant(new Float32Array(sizeOf(shape)), { dtype: 'float32', shape });
  return concat([x, cast(zeros, x.dtype)], axis);
}

const firstChannels = (values: Tensor, channels: number): Tensor =>
  values.shape[0] === channels ? values : slice(values, [0], [channels]);

/**
 * Appends channels of zeros up to a multiple of 16 on a CPU, where oneDNN's kernels for other numbers of channels take
 * up to twice as long. The following normalization, activation and convolution ignore them.
 */
export const padChannels: Layer = {
  tensors: [],
  apply(x, { program }) {
    const missing = paddedWidth(x.shape[3]) - x.shape[3];
    return program.device !== 'cpu' || missing === 0 ? x : pad(x, [[0, 0], [0, 0], [0, 0], [0, missing]]); // prettier-ignore
  },
};

/**
 * Convolution of [N, H, W, inputs] to [N, …, outputs], by default without bias. Channels of x after `inputs` must be
 * zeros (`padChannels`). Initial weights are normal (He et al., 2015), where PyTorch's default is uniform.
 */
export function conv(name: string, options: ConvLayerOptions): Layer {
  const { inputs, outputs, kernel, stride = 1, padding = (kernel - 1) / 2, groups = 1 } = options;
  const area = kernel * kernel;
  const shape = [kernel, kernel, inputs / groups, outputs];
  const fan = options.fan === 'inputs' ? inputs / groups : outputs;
  const initialize = normal(options.deviation ?? Math.sqrt(2 / (area * fan)));
  const weight = declare(`${name}.weight`, 'parameter', shape, initialize, 'conv');
  const apply: Layer['apply'] = (x, { program }) => {
    requireChannels(name, inputs, x, groups === 1);
    const read = readAs(program, weight, x.dtype);
    return conv2d(x, groups === 1 ? zeroPadded(read, 2, x.shape[3]) : read, { stride, padding });
  };
  if (options.bias !== true) return { tensors: [weight], apply };
  const firstBias = uniformWithin(1 / Math.sqrt((area * inputs) / groups));
  const bias = declare(`${name}.bias`, 'parameter', [outputs], firstBias);
  return { tensors: [weight, bias], apply: (x, pass) => add(apply(x, pass), readAs(pass.program, bias, x.dtype)) };
}

interface ConvTransposedOptions extends Pick<ConvLayerOptions, 'inputs' | 'outputs' | 'kernel' | 'stride'> {
  /** Pixels removed from every side. Default: 0. */
  readonly padding?: number;
  /** Standard deviation of the initial weights. */
  readonly deviation: number;
}

/** Transposed convolution of [N, H, W, inputs] to [N, …, outputs], without bias. */
export function convTransposed(name: string, options: ConvTransposedOptions): Layer {
  const { inputs, outputs, kernel, stride, padding, deviation } = options;
  const weight = declare(`${name}.weight`, 'parameter', [kernel, kernel, outputs, inputs], normal(deviation), 'conv');
  return {
    tensors: [weight],
    apply: (x, { program }) => conv2dTransposed(x, readAs(program, weight, x.dtype), { stride, padding }),
  };
}

/**
 * Batch normalization of images, tokens or rows [N, …, channels]: eps 1e-5, running = 0.9 running + 0.1 batch (unbiased
 * variance). Channels of zeros after `channels` (`padChannels`) stay zeros. Initial weights: 1, or N(1, deviation^2).
 * With a single value per channel the variance is 0, where PyTorch refuses to train. If its weight is frozen, the layer
 * also uses the running statistics in training and does not update them.
 */
export function batchNorm(name: string, channels: number, deviation = 0): Layer {
  const of = (part: string, role: 'parameter' | 'statistic', value: number, spread = 0): TensorDeclaration =>
    declare(`${name}.${part}`, role, [channels], spread === 0 ? filledWith(value) : normal(spread, value));
  const weight = of('weight', 'parameter', 1, deviation);
  const bias = of('bias', 'parameter', 0);
  const mean = of('running_mean', 'statistic', 0);
  const variance = of('running_var', 'statistic', 1);
  const options = { epsilon: 1e-5, batchShare: 0.1 };
  return {
    tensors: [weight, bias, mean, variance],
    apply(given, { program, training, frozen }) {
      requireChannels(name, channels, given);
      const width = given.shape[given.shape.length - 1];
      const x = given.shape.length === 4 ? given : reshape(given, [sizeOf(given.shape) / width, 1, 1, width]);
      const inputs = {
        scale: zeroPadded(program.read(weight), 0, width),
        offset: zeroPadded(program.read(bias), 0, width),
        runningMean: zeroPadded(program.read(mean), 0, width),
        runningVariance: zeroPadded(program.read(variance), 0, width),
      };
      if (!training || frozen?.has(weight.name) === true)
        return reshape(batchNormInference(x, inputs, options), given.shape);
      const result = batchNormTraining(x, inputs, options);
      program.assign(mean, firstChannels(result.runningMean, channels));
      program.assign(variance, firstChannels(result.runningVariance, channels));
      return reshape(result.value, given.shape);
    },
  };
}

/**
 * Layer normalization over the last axis, of length `size`, for any rank: over an image's channels as in ConvNeXt, or
 * a token's as in transformers. The initial weights are 1.
 */
export function layerNorm(name: string, size: number, epsilon = 1e-5): Layer {
  const weight = declare(`${name}.weight`, 'parameter', [size], filledWith(1));
  const bias = declare(`${name}.bias`, 'parameter', [size], filledWith(0));
  return {
    tensors: [weight, bias],
    apply(x, { program }) {
      requireChannels(name, size, x, false);
      return layerNormOp(x, { scale: program.read(weight), offset: program.read(bias) }, epsilon);
    },
  };
}

/** Exact GELU, x times the normal distribution function of x: PyTorch's default. */
export const gelu: Layer = { tensors: [], apply: (x) => geluOp(x) };

/** max(x, 0), for any shape. */
export const relu: Layer = { tensors: [], apply: (x) => reluOp(x) };

/** Leaky ReLU for any shape: x if it is positive, otherwise `slope` x. */
export const leakyRelu = (slope: number): Layer => ({ tensors: [], apply: (x) => leakyReluOp(x, slope) });

interface LinearLayer extends Layer {
  /** [inputs, outputs] */
  readonly weight: TensorDeclaration;
  /** [outputs] */
  readonly bias: TensorDeclaration;
}

/**
 * Fully connected layer on the last axis of x, for any rank of at least 2. Weights and bias:
 * U(−1/sqrt(inputs), 1/sqrt(inputs)).
 */
export function linear(name: string, inputs: number, outputs: number): LinearLayer {
  const initialize = uniformWithin(1 / Math.sqrt(inputs));
  const weight = declare(`${name}.weight`, 'parameter', [inputs, outputs], initialize, 'linear');
  const bias = declare(`${name}.bias`, 'parameter', [outputs], initialize);
  return {
    weight,
    bias,
    tensors: [weight, bias],
    apply(x, { program }) {
      requireChannels(name, inputs, x, false);
      // As one matrix: a stack of matrices would have one gradient of the weight per matrix, which are then summed.
      const rows = reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape[x.shape.length - 1]]);
      const value = add(matMul(rows, readAs(program, weight, x.dtype)), readAs(program, bias, x.dtype));
      return reshape(value, [...x.shape.slice(0, -1), outputs]);
    },
  };
}
