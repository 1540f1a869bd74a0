// RMSprop and Adam in PyTorch's form. TensorFlow's kernels add epsilon elsewhere, so they are written out.
import { gradients } from '../engine/gradients.js';
import { add, addScalar, clamp, div, mul, mulScalar, sqrt, square, sub } from '../engine/ops/index.js';
import type { Program, Tensor } from '../engine/tensor.js';
import type { TensorSpec } from '../engine/types.js';
import { declare, filledWith, type TensorDeclaration } from '../nn/tensors.js';

export type OptimizerChoice =
  | { readonly name: 'rmsprop'; readonly learningRate: number }
  | { readonly name: 'adam'; readonly learningRate: number; readonly beta1: number };

const epsilon = 1e-8;
/** PyTorch's alpha: share of the mean square that is kept. */
const smoothing = 0.99;
const beta2 = 0.999;

/** What an optimizer remembers of a parameter, all zero at first. */
export function optimizerTensors({ name }: OptimizerChoice, parameter: TensorDeclaration): TensorDeclaration[] {
  const { shape, layout } = parameter;
  const moments = name === 'adam' ? ['mean', 'square'] : ['square'];
  return moments.map((moment) =>
    declare(`optimizer.${moment}.${parameter.name}`, 'state', shape, filledWith(0), layout),
  );
}

/** Scalars that an optimizer takes in each step. */
export const optimizerInputs: Readonly<Record<'stepSize' | 'correction', TensorSpec>> = {
  stepSize: { dtype: 'float32', shape: [] },
  correction: { dtype: 'float32', shape: [] },
};

/** Their values in step `step`, counted from 1: learning rate and scale of the square's root, bias corrected. */
export function optimizerScalars(
  choice: OptimizerChoice,
  step: number,
): Readonly<Record<keyof typeof optimizerInputs, Float32Array>> {
  const { learningRate } = choice;
  if (choice.name === 'rmsprop') return { stepSize: Float32Array.of(learningRate), correction: Float32Array.of(1) };
  return {
    stepSize: Float32Array.of(learningRate / (1 - choice.beta1 ** step)),
    correction: Float32Array.of(1 / Math.sqrt(1 - beta2 ** step)),
  };
}

/** share old + (1 − share) value */
const blend = (old: Tensor, value: Tensor, share: number): Tensor =>
  add(mulScalar(old, share), mulScalar(value, 1 - share));

/**
 * One step on every parameter. RMSprop: s = 0.99 s + 0.01 g^2; w −= lr g / (sqrt(s) + 1e-8). Adam: m = beta1 m +
 * (1 − beta1) g; s = 0.999 s + 0.001 g^2; w −= stepSize m / (correction sqrt(s) + 1e-8). With `clip`, w is then put
 * within ± clip.
 */
export function applyOptimizer(
  program: Program,
  choice: OptimizerChoice,
  loss: Tensor,
  parameters: readonly TensorDeclaration[],
  scalars: Readonly<Record<keyof typeof optimizerInputs, Tensor>>,
  clip?: number,
): void {
  const values = parameters.map((parameter) => program.read(parameter));
  const slopes = gradients(loss, values);
  parameters.forEach((parameter, index) => {
    const gradient = slopes[index];
    const moments = optimizerTensors(choice, parameter);
    const squares = moments[moments.length - 1];
    const meanSquare = blend(program.read(squares), square(gradient), choice.name === 'adam' ? beta2 : smoothing);
    program.assign(squares, meanSquare);
    let direction = gradient;
    if (choice.name === 'adam') {
      direction = blend(program.read(moments[0]), gradient, choice.beta1);
      program.assign(moments[0], direction);
    }
    const root = choice.name === 'adam' ? mul(sqrt(meanSquare), scalars.correction) : sqrt(meanSquare);
    const change = mul(div(direction, addScalar(root, epsilon)), scalars.stepSize);
    const next = sub(values[index], change);
    program.assign(parameter, clip === undefined ? next : clamp(next, -clip, clip));
  });
}
