// Checks the values of a stored network.
import type { TensorDeclaration } from './tensors.js';

/** The square of a larger value overflows float32, and normalizations and matrix products become infinite. */
const largest = Math.sqrt(2 ** 127);

/**
 * Returns a description of values with which no network can compute, such as `contains NaN`; undefined if all are
 * usable. A ReLU may turn NaN into 0, so such values need not show in a network's outputs.
 */
export function unusableValue(
  { name, role }: Pick<TensorDeclaration, 'name' | 'role'>,
  data: Float32Array,
): string | undefined {
  const isVariance = role === 'statistic' && name.endsWith('running_var');
  const stray = data.find((value) => !(Math.abs(value) <= largest) || (isVariance && value < 0));
  if (stray === undefined) return undefined;
  if (!Number.isFinite(stray)) return `contains ${stray}`;
  return Math.abs(stray) > largest
    ? `contains ${stray.toPrecision(3)}, too large to compute with in float32`
    : `contains ${stray.toPrecision(3)}, but a variance is never negative`;
}
