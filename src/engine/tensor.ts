// Tensors and programs: types, and the records that differentiation needs.
import { type, type Attributes } from './attributes.js';
import type { Device } from './devices.js';
import type { DType, HostArray, Shape, TensorSpec } from './types.js';

/** A value inside a program: symbolic while a step is captured, real while it runs eagerly. */
export interface Tensor extends TensorSpec {
  readonly program: Program;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The program's own number for this value; later values have higher numbers. */
  readonly handle: number;
  /** Whether a gradient with respect to this value can be asked for. */
  readonly needsGradient: boolean;
  readonly origin: Origin | undefined;
  /** The tensor of another type that this one is a cast of, if it is one. */
  readonly castFrom?: Tensor;
  /** The value in another float type where it is cast together with others, cut off from differentiation. */
  readonly castTogether?: (dtype: DType) => Tensor;
}

/** Whether a value is a tensor of some program; users' files are JavaScript. */
export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'handle' in value && 'shape' in value && 'program' in value;

/** How a value was made, for reverse-mode differentiation. */
interface Origin {
  readonly inputs: readonly Tensor[];
  /**
   * The gradients of the inputs, given the gradient of the value. `wanted[i]` is false where input i needs none;
   * such entries are ignored and need not be computed.
   */
  readonly backward: (gradient: Tensor, wanted: readonly boolean[]) => readonly (Tensor | undefined)[];
}

/** State that outlives a call: parameters, momentum, statistics, a loss's own state. Always float32. */
export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  /** Whether the optimizer trains it, so that a gradient is asked for. */
  readonly trainable: boolean;
}

/**
 * A vector that holds variables, its parts, one after the other, so that one operation updates all of them. Shape
 * [total]; places after the last part are 0.
 */
export interface Pack extends Variable {
  /** In the order of `packOf`. */
  readonly parts: readonly Variable[];
}

/** One step of SGD with momentum on one parameter, in PyTorch's form: v = mu v + g; w -= lr (g + mu v) or lr v. */
export interface MomentumStep {
  readonly parameter: Variable;
  readonly velocity: Variable;
  readonly gradient: Tensor;
  /** Scalar. */
  readonly learningRate: Tensor;
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** What the operations of a program choose their form by. */
export interface Target {
  /** What the operations run on: some have a faster form on one or the other. */
  readonly device: Device['kind'];
  /** Whether operations that TensorFlow refuses to run deterministically on a GPU are composed of others. */
  readonly deterministic: boolean;
  /** The vectors in which variables lie; none of their parts can be assigned by itself. */
  readonly packs: readonly Pack[];
}

/** What executes operations: either at once (eager) or by adding them to a graph (captured). */
export interface Program extends Target {
  /** Runs one TensorFlow operation. `outputs` says what it gives: TensorFlow itself is not asked. */
  execute(
    operation: string,
    attributes: Attributes,
    inputs: readonly Tensor[],
    outputs: readonly TensorSpec[],
  ): readonly Tensor[];
  /** The same value, which a captured step makes available only once `earlier` is there: order, nothing else. */
  after(value: Tensor, earlier: Tensor): Tensor;
  constant(values: HostArray, spec: TensorSpec): Tensor;
  /** The value of a variable: what was assigned in this call, else what it was before. */
  read(variable: Variable): Tensor;
  assign(variable: Variable, value: Tensor): void;
  /** Replaces the rows `indices` (int32 [K]) of a variable. Rows named twice must be equal. */
  assignRows(variable: Variable, indices: Tensor, rows: Tensor): void;
  momentumStep(step: MomentumStep): void;
}

/** The same value, cut off from differentiation. */
export function detach(tensor: Tensor): Tensor {
  return tensor.needsGradient ? { ...tensor, needsGradient: false, origin: undefined } : tensor;
}

/** Declares how a value depends on `inputs`. The operations inside `backward` are not differentiated themselves. */
export function withGradient(made: Tensor, inputs: readonly Tensor[], backward: Origin['backward']): Tensor {
  if (!inputs.some((input) => input.needsGradient)) return made;
  // Gradients are kept by handle: a value that is one of its own inputs needs a handle of its own.
  const value = inputs.some((input) => input.handle === made.handle) ? copied(made) : made;
  return { ...value, needsGradient: true, origin: { inputs, backward } };
}

function copied(tensor: Tensor): Tensor {
  const { program, dtype, shape } = tensor;
  return program.execute('Identity', { T: type(dtype) }, [tensor], [{ dtype, shape }])[0];
}

/**
 * A function with a gradient of its own: `compute` gets the inputs cut off from differentiation and returns the value
 * and its backward pass.
 */
export function customGradient(
  inputs: readonly Tensor[],
  compute: (...detached: Tensor[]) => { value: Tensor; backward: Origin['backward'] },
): Tensor {
  const { value, backward } = compute(...inputs.map(detach));
  return withGradient(value, inputs, backward);
}
