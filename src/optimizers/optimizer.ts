// The interface of an optimizer, and what optimizers share.
import { add, addScalar, mulScalar, sqrt, sub } from '../engine/ops/index.js';
import type { Pack, Program, Tensor } from '../engine/tensor.js';
import type { TensorSpec } from '../engine/types.js';
import { declare, filledWith, type TensorDeclaration } from '../nn/tensors.js';

/** What an optimizer's scalars depend on. */
export interface OptimizerMoment {
  readonly learningRate: number;
  /** The number of the update in its run, counted from 1. */
  readonly step: number;
}

/** One parameter in one step. */
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
  /** Of the config, before any schedule. */
  readonly learningRate: number;
  /** What it remembers of a parameter, each in its shape. */
  state(parameter: TensorDeclaration): readonly TensorDeclaration[];
  /** Inputs of each step, computed in float64. Names are those of the step's inputs. */
  readonly scalars: Readonly<Record<string, (moment: OptimizerMoment) => number>>;
  /** Names of parameters that are not updated together with others, as one vector. */
  readonly apart?: ReadonlySet<string>;
  /**
   * Whether values of a parameter are updated without regard to its others, so that many may be one vector; default
   * true.
   */
  readonly elementwise?: boolean;
  /**
   * Assigns the parameter and its state after one step. Where it is elementwise, a parameter may be a vector
   * (packs.ts).
   */
  update(update: ParameterUpdate): void;
}

/** State in the parameter's shape and layout, zero at first: `optimizer.<kind>.<parameter>`. */
export function stateOf(kind: string, { name, shape, layout }: TensorDeclaration): TensorDeclaration {
  return declare(`optimizer.${kind}.${name}`, 'state', shape, filledWith(0), layout);
}

/** share old + (1 − share) value */
export const blend = (old: Tensor, value: Tensor, share: number): Tensor =>
  add(mulScalar(old, share), mulScalar(value, 1 - share));

/** sqrt(square) + epsilon: TensorFlow's kernels add epsilon inside the root, PyTorch beside it. */
export const rootPlus = (square: Tensor, epsilon: number): Tensor => addScalar(sqrt(square), epsilon);

/** Coupled weight decay: g + wd w. */
export function decayed(gradient: Tensor, value: Tensor, weightDecay: number): Tensor {
  // A difference: a graph would join a sum with those inside the gradient, and round differently.
  return weightDecay === 0 ? gradient : sub(gradient, mulScalar(value, -weightDecay));
}

/** The inputs of a step that an optimizer needs. */
export const optimizerSpecs = ({ scalars }: Optimizer): Record<string, TensorSpec> =>
  Object.fromEntries(Object.keys(scalars).map((name) => [name, { dtype: 'float32', shape: [] }]));

/** The values of an optimizer's scalars in a step. */
export const optimizerScalarsAt = ({ scalars }: Optimizer, moment: OptimizerMoment): Record<string, number> =>
  Object.fromEntries(Object.entries(scalars).map(([name, valueAt]) => [name, valueAt(moment)]));

/** A pack of parameters as the optimizer takes it: one parameter. */
export const vectorOf = ({ name, shape }: Pack): TensorDeclaration => declare(name, 'parameter', shape, filledWith(0));
