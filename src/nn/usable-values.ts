// Checks the values of a stored network.
import type { TensorDeclaration } from './tensors.js';

/** Above it a square is more than float32 holds, and normalizations and matrix products come to infinity. */
const largest = Math.sqrt(2 ** 127);

/**
 * What a tensor holds that no network can be computed with, such as `holds NaN`; undefined where all is well. A ReLU
 * may turn NaN into 0, so that what comes of such values need not show in a network's outputs.
 */
export function unusableValue(
  { name, role }: Pick<TensorDeclaration, 'name' | 'role'>,
  data: Float32Array,
): string | undefined {
  const isVariance = role === 'statistic' && name.endsWith('running_var');
  const stray = data.find((value) => !(Math.abs(value) <= largest) || (isVariance && value < 0));
  if (stray === undefined) return undefined;
  if (!Number.isFinite(stray)) return `holds ${stray}`;
  return Math.abs(stray) > largest
    ? `holds ${stray.toPrecision(3)}, too large to compute with in float32`
    : `holds ${stray.toPrecision(3)}, and a variance is never negative`;
}
