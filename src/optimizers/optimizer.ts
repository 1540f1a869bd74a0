// The interface of optimizers, and their shared helpers.
import { add, addScalar, mulScalar, sqrt, sub } from '../engine/ops/index.js';
import type { Pack, Program, Tensor } from '../engine/tensor.js';
import type { TensorSpec } from '../engine/types.js';
import { declare, filledWith, type TensorDeclaration } from '../nn/tensors.js';

/** The arguments of an optimizer's scalars. */
export interface OptimizerMoment {
  readonly learningRate: number;
  /** The number of the update in the run, counted from 1. */
  readonly step: number;
}

/** The update of one parameter in one step. */
export interface ParameterUpdate {
  readonly program: Program;
  readonly parameter: TensorDeclaration;
  /** The parameter before the step. */
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** The optimizer's scalars, by name. */
  readonly scalars: Readonly<Record<string, Tensor>>;
}

export interface Optimizer {
  readonly name: string;
  /** The config's learning rate, before any schedule. */
  readonly learningRate: number;
  /** Declares the state of a parameter; each tensor has the parameter's shape. */
  state(parameter: TensorDeclaration): readonly TensorDeclaration[];
  /** Inputs of each step, computed in float64, by the names of the step's inputs. */
  readonly scalars: Readonly<Record<string, (moment: OptimizerMoment) => number>>;
  /** Names of parameters that are not joined with others into one vector. */
  readonly apart?: ReadonlySet<string>;
  /**
   * Whether each element of a parameter is updated independently, so that parameters can be joined into one vector.
   * Default: true.
   */
  readonly elementwise?: boolean;
  /**
   * Assigns the parameter and its state after one step. For elementwise optimizers, the parameter may be a vector
   * (packs.ts).
   */
  update(update: ParameterUpdate): void;
}

/** Declares state in the parameter's shape and layout, initially zero: `optimizer.<kind>.<parameter>`. */
export function stateOf(kind: string, { name, shape, layout }: TensorDeclaration): TensorDeclaration {
  return declare(`optimizer.${kind}.${name}`, 'state', shape, filledWith(0), layout);
}

/** share old + (1 − share) value */
export const blend = (old: Tensor, value: Tensor, share: number): Tensor =>
  add(mulScalar(old, share), mulScalar(value, 1 - share));

/** sqrt(square) + epsilon: TensorFlow's kernels add epsilon inside the root, PyTorch outside. */
export const rootPlus = (square: Tensor, epsilon: number): Tensor => addScalar(sqrt(square), epsilon);

/** Coupled weight decay: g + wd w. */
export function decayed(gradient: Tensor, value: Tensor, weightDecay: number): Tensor {
  // As a difference, because a graph would merge a sum with those inside the gradient and round differently.
  return weightDecay === 0 ? gradient : sub(gradient, mulScalar(value, -weightDecay));
}

/** Returns the specs of the step inputs that an optimizer needs. */
export const optimizerSpecs = ({ scalars }: Optimizer): Record<string, TensorSpec> =>
  Object.fromEntries(Object.keys(scalars).map((name) => [name, { dtype: 'float32', shape: [] }]));

/** Returns the values of an optimizer's scalars for a step. */
export const optimizerScalarsAt = ({ scalars }: Optimizer, moment: OptimizerMoment): Record<string, number> =>
  Object.fromEntries(Object.entries(scalars).map(([name, valueAt]) => [name, valueAt(moment)]));

/** Declares a pack of parameters as a single parameter for the optimizer. */
export const vectorOf = ({ name, shape }: Pack): TensorDeclaration => declare(name, 'parameter', shape, filledWith(0));
