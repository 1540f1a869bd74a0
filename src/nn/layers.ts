// The basic layers, with PyTorch's names, semantics and initialization.
import {
  add,
  batchNormInference,
  batchNormTraining,
  cast,
  conv2d,
  conv2dTransposed,
  floatScalar,
  greaterEqual,
  leakyRelu as leakyReluOp,
  matMul,
  mulScalar,
  mul,
  relu as reluOp,
} from '../engine/ops/index.js';
import { keyedUniform } from './keyed-noise.js';
import { readAs, type Layer } from './layer.js';
import { declare, filledWith, normal, uniformWithin, type TensorDeclaration } from './tensors.js';

export interface ConvLayerOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Zeros on every side; default (kernel − 1) / 2. */
  readonly padding?: number;
  /** Groups of inputs and outputs that are convolved apart from each other; default 1. */
  readonly groups?: number;
  /** Standard deviation of the first weights; default: by `fan`. */
  readonly deviation?: number;
  /** The F of weights N(0, sqrt(2 / (k k F))): channels of the output (default) or of the input. */
  readonly fan?: 'outputs' | 'inputs';
  /** Adds a bias U(−1/sqrt(k k inputs), 1/sqrt(k k inputs)), PyTorch's default; default false. */
  readonly bias?: boolean;
}

/** Convolution, without bias unless asked for. */
export function conv(name: string, options: ConvLayerOptions): Layer {
  const { inputs, outputs, kernel, stride = 1, padding = (kernel - 1) / 2, groups = 1 } = options;
  const area = kernel * kernel;
  const shape = [kernel, kernel, inputs / groups, outputs];
  const fan = options.fan === 'inputs' ? inputs / groups : outputs;
  const initialize = normal(options.deviation ?? Math.sqrt(2 / (area * fan)));
  const weight = declare(`${name}.weight`, 'parameter', shape, initialize, 'conv');
  const apply: Layer['apply'] = (x, { program }) => conv2d(x, readAs(program, weight, x.dtype), { stride, padding });
  if (options.bias !== true) return { tensors: [weight], apply };
  const firstBias = uniformWithin(1 / Math.sqrt((area * inputs) / groups));
  const bias = declare(`${name}.bias`, 'parameter', [outputs], firstBias);
  return { tensors: [weight, bias], apply: (x, pass) => add(apply(x, pass), readAs(pass.program, bias, x.dtype)) };
}

export interface ConvTransposedOptions extends Pick<ConvLayerOptions, 'inputs' | 'outputs' | 'kernel' | 'stride'> {
  /** Pixels that are taken off on every side; default 0. */
  readonly padding?: number;
  /** Standard deviation of the first weights. */
  readonly deviation: number;
}

/** Transposed convolution without bias. */
export function convTransposed(name: string, options: ConvTransposedOptions): Layer {
  const { inputs, outputs, kernel, stride, padding, deviation } = options;
  const weight = declare(`${name}.weight`, 'parameter', [kernel, kernel, outputs, inputs], normal(deviation), 'conv');
  return {
    tensors: [weight],
    apply: (x, { program }) => conv2dTransposed(x, readAs(program, weight, x.dtype), { stride, padding }),
  };
}

/**
 * Batch normalisation over [N, H, W, channels]: eps 1e-5, running = 0.9 running + 0.1 batch (unbiased variance). The first
 * weights are 1, or N(1, deviation^2). Where its weight is frozen it normalises by the running statistics in training too, and
 * leaves them as they are.
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
    apply(x, { program, training, frozen }) {
      const inputs = {
        scale: program.read(weight),
        offset: program.read(bias),
        runningMean: program.read(mean),
        runningVariance: program.read(variance),
      };
      if (!training || frozen?.has(weight.name) === true) return batchNormInference(x, inputs, options);
      const result = batchNormTraining(x, inputs, options);
      program.assign(mean, result.runningMean);
      program.assign(variance, result.runningVariance);
      return result.value;
    },
  };
}

export const relu: Layer = { tensors: [], apply: (x) => reluOp(x) };

/** Leaky ReLU: x where it is positive, `slope` x elsewhere. */
export const leakyRelu = (slope: number): Layer => ({ tensors: [], apply: (x) => leakyReluOp(x, slope) });

/** Sets each value to zero with probability `rate` in training, and scales the others by 1 / (1 − rate). */
export function dropout(name: string, rate: number): Layer {
  return {
    tensors: [],
    apply(x, { program, training, seed }) {
      if (!training || rate === 0) return x;
      const kept = greaterEqual(keyedUniform(seed, x.shape, name), floatScalar(program, rate));
      return mul(x, mulScalar(cast(kept, x.dtype), 1 / (1 - rate)));
    },
  };
}

export interface LinearLayer extends Layer {
  /** [inputs, outputs] */
  readonly weight: TensorDeclaration;
  /** [outputs] */
  readonly bias: TensorDeclaration;
}

/** Fully connected layer; weights and bias U(−1/sqrt(inputs), 1/sqrt(inputs)). */
export function linear(name: string, inputs: number, outputs: number): LinearLayer {
  const initialize = uniformWithin(1 / Math.sqrt(inputs));
  const weight = declare(`${name}.weight`, 'parameter', [inputs, outputs], initialize, 'linear');
  const bias = declare(`${name}.bias`, 'parameter', [outputs], initialize);
  return {
    weight,
    bias,
    tensors: [weight, bias],
    apply: (x, { program }) => add(matMul(x, readAs(program, weight, x.dtype)), readAs(program, bias, x.dtype)),
  };
}
