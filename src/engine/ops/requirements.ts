// Checks of the arguments of operations: types, windows, kernels, seeds.
import { cannot } from '../../common/errors.js';
import { kindOf } from '../../common/kind-of.js';
import { isTensor, type Tensor } from '../tensor.js';
import { describeSpec, isFloat, sameShape, type TensorSpec } from '../types.js';

/** Errors: x is not of a float type. */
export function requireFloat(action: string, x: TensorSpec): void {
  if (isFloat(x.dtype)) return;
  throw cannot(action, `${describeSpec(x)} is not of a float type`, {
    code: 'engine/shape',
    hint: "cast(x, 'float32') converts it",
  });
}

/** Errors: an option is not a whole number of at least `least`. */
export function requireWhole(action: string, options: Readonly<Record<string, number>>, least: number): void {
  const stray = Object.entries(options).find(([, value]) => !(Number.isInteger(value) && value >= least));
  if (stray === undefined) return;
  const [name, value] = stray;
  throw cannot(action, `the ${name} is ${value}, expected a whole number of at least ${least}`, {
    code: 'engine/shape',
  });
}

/** Errors: x is not [N, H, W, C], or a window of `size` x `size` does not fit into it with its padding. */
export function requireWindow(action: string, x: TensorSpec, size: number, padding = 0): void {
  const [, height, width] = x.shape;
  if (x.shape.length === 4 && Math.min(height, width) + 2 * padding >= size) return;
  const padded = padding === 0 ? '' : ` with a padding of ${padding}`;
  throw cannot(action, `a window of ${size} x ${size} does not fit into ${describeSpec(x)}${padded}`, {
    code: 'engine/shape',
  });
}

/** Errors: x is not [N, H, W, C], the kernel not [K, K, …] of the same type, or their channels do not fit. */
export function requireKernel(
  x: TensorSpec,
  [what, kernel]: readonly [string, TensorSpec],
  channelsFit: boolean,
): void {
  const [height, width] = kernel.shape;
  const images = x.shape.length === 4 && kernel.shape.length === 4 && height === width && x.dtype === kernel.dtype;
  if (images && channelsFit) return;
  throw cannot('convolve', `${describeSpec(x)} and ${what} ${describeSpec(kernel)} are incompatible`, {
    code: 'engine/shape',
    hint: 'x is [N, H, W, I] and the kernel [K, K, I / groups, O], or transposed [K, K, O, I], of the same type',
  });
}

/** Errors: the seed is not int32 [2]. Checked at run time, since users' files are JavaScript. */
export function requireSeed(seed: Tensor): void {
  const given: unknown = seed;
  if (isTensor(given) && given.dtype === 'int32' && sameShape(given.shape, [2])) return;
  const said = isTensor(given) ? describeSpec(given) : kindOf(given);
  throw cannot('draw random numbers', `the seed is ${said}, expected int32[2]`, {
    code: 'engine/shape',
    hint: 'use the seed of a pass, or of the inputs of a loss',
  });
}
