// DisturbLabel (Xie et al., 2016): cross entropy with labels that are partly redrawn in every step.
import {
  add,
  cast,
  floatScalar,
  greaterEqual,
  mean,
  mul,
  mulScalar,
  softmaxCrossEntropy,
  sub,
} from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { keyedUniform } from '../nn/keyed-noise.js';
import type { Loss, LossShape } from './loss.js';
import type { DisturbLabelOptions } from './options.js';

/** Labels int32 [N], each replaced with probability `noiseRate` by a uniformly drawn class, possibly the same. */
export function disturbedLabels(labels: Tensor, seed: Tensor, noiseRate: number, classes: number): Tensor {
  const { program } = labels;
  const uniform = (name: string): Tensor => keyedUniform(seed, labels.shape, `disturb-label.${name}`);
  const kept = cast(greaterEqual(uniform('choice'), floatScalar(program, noiseRate)), 'float32');
  const drawn = cast(cast(mulScalar(uniform('label'), classes), 'int32'), 'float32');
  // In float32, which represents labels exactly: TensorFlow computes int32 arithmetic on the host.
  const original = cast(labels, 'float32');
  return cast(add(drawn, mul(kept, sub(original, drawn))), 'int32');
}

/** Mean cross entropy with `disturbedLabels`, redrawn in each step (algorithm 1, doi:10.1109/CVPR.2016.514). */
export function createDisturbLabel({ noiseRate }: DisturbLabelOptions, { classes }: LossShape): Loss {
  return {
    name: 'disturb-label',
    tensors: [],
    scalars: {},
    compute: ({ logits, labels, seed }) =>
      mean(softmaxCrossEntropy(logits, disturbedLabels(labels, seed, noiseRate, classes))),
  };
}
