// A value inside a program: symbolic while a step is captured, real while it runs eagerly.
import { type } from './attributes.js';
import type { Program } from './program.js';
import type { DType, Shape, TensorSpec } from './types.js';

export interface Tensor extends TensorSpec {
  readonly program: Program;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The program's own number for this value; later values have higher numbers. */
  readonly handle: number;
  /** Whether a gradient with respect to this value can be asked for. */
  readonly needsGradient: boolean;
  readonly origin: Origin | undefined;
}

/** How a value was made, for reverse-mode differentiation. */
export interface Origin {
  readonly inputs: readonly Tensor[];
  /**
   * The gradients of the inputs, given the gradient of the value. `wanted[i]` is false where input i needs none;
   * such entries are ignored and need not be computed.
   */
  readonly backward: (gradient: Tensor, wanted: readonly boolean[]) => readonly (Tensor | undefined)[];
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
