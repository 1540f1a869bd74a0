// Reverse-mode differentiation along the origins of tensors.
import { cannot } from '../common/errors.js';
import { addN } from './ops/elementwise.js';
import { onesLike, zerosLike } from './ops/fill.js';
import type { Tensor } from './tensor.js';
import { describeSpec, sameShape } from './types.js';

/** The hint of errors for a value without a gradient. */
export const withoutGradient =
  'detach, argMax, inTopK, oneHot, comparisons and casts to int32 or bool have no gradient';

/**
 * Returns the gradients of a scalar with respect to `targets`, in their order; zeros if the scalar does not depend on
 * a target. Values are visited from the last created to the first, so that each gradient is complete before it is
 * propagated.
 */
export function gradients(scalar: Tensor, targets: readonly Tensor[]): Tensor[] {
  if (scalar.shape.length > 0) {
    throw cannot('differentiate', `the value is ${describeSpec(scalar)}, expected a scalar`, { code: 'engine/shape' });
  }
  return pullBack(scalar, onesLike(scalar), targets);
}

/** Propagates `rootGradient`, the gradient with respect to `root`, to `targets`: the vector-Jacobian product. */
export function pullBack(root: Tensor, rootGradient: Tensor, targets: readonly Tensor[]): Tensor[] {
  const parts = new Map<number, Tensor[]>([[root.handle, [rootGradient]]]);
  for (const value of dependencies(root)) {
    const gradient = total(parts, value.handle);
    if (gradient === undefined || value.origin === undefined) continue;
    const { inputs, backward } = value.origin;
    const inputGradients = backward(
      gradient,
      inputs.map((input) => input.needsGradient),
    );
    inputs.forEach((input, index) => {
      const part = inputGradients[index];
      if (!input.needsGradient || part === undefined) return;
      if (!sameShape(part.shape, input.shape) || part.dtype !== input.dtype) {
        throw cannot('differentiate', `a gradient is ${describeSpec(part)} for an input of ${describeSpec(input)}`, {
          code: 'engine/shape',
        });
      }
      const known = parts.get(input.handle);
      if (known === undefined) parts.set(input.handle, [part]);
      else known.push(part);
    });
  }
  return targets.map((target) => total(parts, target.handle) ?? zerosLike(target));
}

/** Returns every value that a gradient flows through, from the last created to the first. */
function dependencies(root: Tensor): Tensor[] {
  const found = new Map<number, Tensor>();
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (found.has(value.handle) || !value.needsGradient) continue;
    found.set(value.handle, value);
    if (value.origin !== undefined) open.push(...value.origin.inputs);
  }
  return [...found.values()].sort((a, b) => b.handle - a.handle);
}

/** Returns the sum of the parts of a gradient and stores it, so that it is computed once. */
function total(parts: Map<number, Tensor[]>, handle: number): Tensor | undefined {
  const list = parts.get(handle);
  if (list === undefined) return undefined;
  const sum = list.length === 1 ? list[0] : addN(list);
  parts.set(handle, [sum]);
  return sum;
}
