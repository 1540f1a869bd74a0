// Tensors and programs: types, and the records that differentiation needs.
import { type, type Attributes } from './attributes.js';
import type { Device } from './devices.js';
import type { DType, HostArray, Shape, TensorSpec } from './types.js';

/** A value inside a program: symbolic while a step is captured, concrete in eager execution. */
export interface Tensor extends TensorSpec {
  readonly program: Program;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The program's number of this value; later values have higher numbers. */
  readonly handle: number;
  /** Whether a gradient with respect to this value can be computed. */
  readonly needsGradient: boolean;
  readonly origin: Origin | undefined;
  /** The tensor of another type that this one was cast from, if any. */
  readonly castFrom?: Tensor;
  /** Returns the value in another float type, cast together with others and detached from differentiation. */
  readonly castTogether?: (dtype: DType) => Tensor;
}

/** Whether a value is a tensor. Checked at run time, since users' files are JavaScript. */
export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'handle' in value && 'shape' in value && 'program' in value;

/** The inputs and backward pass of a value, for reverse-mode differentiation. */
interface Origin {
  readonly inputs: readonly Tensor[];
  /**
   * Returns the gradients of the inputs, given the gradient of the value. `wanted[i]` is false if input i needs none;
   * such entries are ignored and need not be computed.
   */
  readonly backward: (gradient: Tensor, wanted: readonly boolean[]) => readonly (Tensor | undefined)[];
}

/** State kept between calls: parameters, momentum, statistics, a loss's own state. Always float32. */
export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  /** Whether the optimizer trains it, so that it gets a gradient. */
  readonly trainable: boolean;
}

/**
 * A vector that stores several variables, its parts, one after the other, so that one operation updates all of them.
 * Shape [total]; elements after the last part are 0.
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

/** The properties of a program by which operations choose their form. */
export interface Target {
  /** The device that runs the operations; some have a faster form on one of the two. */
  readonly device: Device['kind'];
  /** Whether operations that TensorFlow refuses to run deterministically on a GPU are composed of others. */
  readonly deterministic: boolean;
  /** The packs of variables; their parts cannot be assigned individually. */
  readonly packs: readonly Pack[];
}

/** Executes operations: immediately (eager), or by adding them to a graph (captured). */
export interface Program extends Target {
  /** Runs one TensorFlow operation. `outputs` are the specs of its results, which TensorFlow is not asked for. */
  execute(
    operation: string,
    attributes: Attributes,
    inputs: readonly Tensor[],
    outputs: readonly TensorSpec[],
  ): readonly Tensor[];
  /**
   * Returns the same value; a captured step makes it available only after `earlier`. It affects nothing but the order.
   */
  after(value: Tensor, earlier: Tensor): Tensor;
  constant(values: HostArray, spec: TensorSpec): Tensor;
  /** Returns the value of a variable: the value assigned in this call, otherwise the previous one. */
  read(variable: Variable): Tensor;
  assign(variable: Variable, value: Tensor): void;
  /** Replaces the rows `indices` (int32 [K]) of a variable. Rows with the same index must be equal. */
  assignRows(variable: Variable, indices: Tensor, rows: Tensor): void;
  momentumStep(step: MomentumStep): void;
}

/** Returns a program that ignores all updates of variables. */
export const withoutUpdates = (program: Program): Program => ({
  ...program,
  assign: () => undefined,
  assignRows: () => undefined,
  momentumStep: () => undefined,
});

/** Returns a program for a network that is only read: no updates, and no gradients reach its variables. */
export const frozen = (program: Program): Program => ({
  ...withoutUpdates(program),
  read: (variable) => detach(program.read(variable)),
});

/** Returns the same value, detached from differentiation. */
export function detach(tensor: Tensor): Tensor {
  return tensor.needsGradient ? { ...tensor, needsGradient: false, origin: undefined } : tensor;
}

/** Declares how a value depends on `inputs`. The operations inside `backward` are not differentiated themselves. */
export function withGradient(made: Tensor, inputs: readonly Tensor[], backward: Origin['backward']): Tensor {
  if (!inputs.some((input) => input.needsGradient)) return made;
  // Gradients are stored by handle: a value that is one of its own inputs needs a new handle.
  const value = inputs.some((input) => input.handle === made.handle) ? identity(made) : made;
  return { ...value, needsGradient: true, origin: { inputs, backward } };
}

/** Returns the same value with a handle of its own, detached from differentiation. */
export function identity(tensor: Tensor): Tensor {
  const { program, dtype, shape } = tensor;
  return program.execute('Identity', { T: type(dtype) }, [tensor], [{ dtype, shape }])[0];
}

/**
 * Calls a function with a custom gradient: `compute` gets the inputs detached from differentiation and returns a value
 * that it computes, and its backward pass.
 */
export function customGradient(
  inputs: readonly Tensor[],
  compute: (...detached: Tensor[]) => { value: Tensor; backward: Origin['backward'] },
): Tensor {
  const { value, backward } = compute(...inputs.map(detach));
  return withGradient(value, inputs, backward);
}
