// Reads arrays given by the user: nested lists, or flat ones in row-major order.
import { cannot, type IsdaError } from '../common/errors.js';
import { kindOf } from '../common/kind-of.js';
import { isPlainObject } from '../common/plain-object.js';
import { sameShape, sizeOf, type Shape } from '../engine/types.js';

/** Values in row-major order, with their shape. */
export interface ShapedArray {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Nested lists; a flat list or typed array in row-major order; or values with their shape. Numbers become float32. */
export type ArrayInput =
  ArrayLike<number> | readonly ArrayInput[] | { readonly shape: Shape; readonly values: ArrayLike<number> };

/** A given array with its name. `shape`: absent if it is flat. */
export interface NamedArray {
  readonly name: string;
  readonly shape?: Shape;
  readonly values: Float32Array;
}

/** Returns the error for an unusable input of `computeLoss`. */
export const wrongInput = (reason: string, hint?: string): IsdaError =>
  cannot('compute the loss', reason, { code: 'option/invalid', kind: 'usage', hint });

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

/** Returns the numbers of a flat list. Errors: it contains something else. */
function numbersOf(name: string, list: ArrayLike<unknown>): Float32Array {
  return Float32Array.from(list, (value) => {
    if (typeof value === 'number') return value;
    throw wrongInput(`${name} holds ${kindOf(value)}, expected numbers`);
  });
}

/** Reads a given array. Errors: it is not an array of numbers, or its rows differ in length. */
export function readArray(name: string, given: unknown): NamedArray {
  if (isPlainObject(given) && isList(given.shape) && isList(given.values)) {
    const shape = Array.from(numbersOf(name, given.shape));
    return { name, shape, values: fitting({ name, values: numbersOf(name, given.values) }, shape) };
  }
  if (!isList(given)) throw wrongInput(`${name} is ${kindOf(given)}, expected an array of numbers`);
  if (!isList(given[0])) return { name, values: numbersOf(name, given) };
  const rows = Array.from(given, (row) => readArray(name, row));
  const [first, ...others] = rows.map(({ shape, values }) => shape ?? [values.length]);
  if (!others.every((shape) => sameShape(shape, first))) throw wrongInput(`${name} has rows of different lengths`);
  const values = new Float32Array(rows.length * sizeOf(first));
  rows.forEach((row, index) => values.set(row.values, index * sizeOf(first)));
  return { name, shape: [rows.length, ...first], values };
}

/** Returns the values. Errors: another shape, or, if flat, another number of values; `hint`: hint of the error. */
export function fitting({ name, shape, values }: NamedArray, expected: Shape, hint?: string): Float32Array {
  if (shape === undefined ? values.length === sizeOf(expected) : sameShape(shape, expected)) return values;
  const given = shape === undefined ? `has ${values.length} numbers` : `is [${shape.join(', ')}]`;
  throw wrongInput(`${name} ${given}, expected [${expected.join(', ')}]`, hint);
}

/** Returns the row length of an array of `rows` rows. Errors: its size is not divisible by `rows`. */
export function columnsOf({ name, shape, values }: NamedArray, rows: number): number {
  const columns = shape === undefined ? values.length / rows : shape[shape.length - 1];
  if (Number.isInteger(columns) && columns > 0) return columns;
  throw wrongInput(`${name} has ${values.length} numbers, expected ${rows} rows of equal length`);
}
