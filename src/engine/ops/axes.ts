// Checks and normalizes axes; negative axes count from the last.
import { cannot } from '../../common/errors.js';
import { kindOf } from '../../common/kind-of.js';
import { describeSpec, type TensorSpec } from '../types.js';

/**
 * Errors: the argument named `what` is not a list of integers. Checked at run time, since users' files are JavaScript.
 */
export function requireList(action: string, what: string, value: readonly number[]): void {
  const given: unknown = value;
  if (Array.isArray(given) && given.every(Number.isInteger)) return;
  const said = Array.isArray(given) ? `[${given.join(', ')}]` : typeof given === 'number' ? given : kindOf(given);
  throw cannot(action, `expected a list of whole numbers as ${what}, got ${said}`, { code: 'engine/shape' });
}

/** Returns an axis counted from 0. Errors: x has no such axis. */
export function axisOf(action: string, x: TensorSpec, axis: number): number {
  const rank = x.shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw cannot(action, `${describeSpec(x)} has no axis ${String(axis)}`, { code: 'engine/shape' });
}

/** Returns axes counted from 0. Errors: they are not a list, x has no such axis, or one occurs twice. */
export function axesOf(action: string, x: TensorSpec, axes: readonly number[]): readonly number[] {
  requireList(action, 'axes', axes);
  const counted = axes.map((axis) => axisOf(action, x, axis));
  const twice = counted.find((axis, index) => counted.indexOf(axis) !== index);
  if (twice === undefined) return counted;
  throw cannot(action, `[${axes.join(', ')}] names axis ${twice} twice`, { code: 'engine/shape' });
}
