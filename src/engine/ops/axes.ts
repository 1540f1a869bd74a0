// Axes as callers name them: from 0, or from the last axis backwards below 0.
import { cannot } from '../../common/errors.js';
import { kindOf } from '../../common/kind-of.js';
import { describeSpec, type TensorSpec } from '../types.js';

/** Errors: what is to be `what` is no list of whole numbers; users' files are JavaScript. */
export function requireList(action: string, what: string, value: readonly number[]): void {
  const given: unknown = value;
  if (Array.isArray(given) && given.every(Number.isInteger)) return;
  const said = Array.isArray(given) ? `[${given.join(', ')}]` : typeof given === 'number' ? given : kindOf(given);
  throw cannot(action, `expected a list of whole numbers as ${what}, got ${said}`, { code: 'engine/shape' });
}

/** An axis counted from 0. Errors: x has no such axis. */
export function axisOf(action: string, x: TensorSpec, axis: number): number {
  const rank = x.shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw cannot(action, `${describeSpec(x)} has no axis ${String(axis)}`, { code: 'engine/shape' });
}

/** Axes counted from 0. Errors: they are no list, x has no such axis, or one is named twice. */
export function axesOf(action: string, x: TensorSpec, axes: readonly number[]): readonly number[] {
  requireList(action, 'axes', axes);
  const counted = axes.map((axis) => axisOf(action, x, axis));
  const twice = counted.find((axis, index) => counted.indexOf(axis) !== index);
  if (twice === undefined) return counted;
  throw cannot(action, `[${axes.join(', ')}] names axis ${twice} twice`, { code: 'engine/shape' });
}
