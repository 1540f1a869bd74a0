// Checks of the values of constants.
import { cannot } from '../common/errors.js';
import { kindOf } from '../common/kind-of.js';
import { describeSpec, sizeOf, type HostArray, type TensorSpec } from './types.js';

/** The array class of each element type on the host. */
const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

const said = (values: unknown): string =>
  ArrayBuffer.isView(values) ? `${values.constructor.name}(${(values as Uint8Array).length})` : kindOf(values);

/**
 * Errors: `values` is not an array of the spec's type and size. Checked at run time, since users' files are
 * JavaScript.
 */
export function requireValues(values: HostArray, spec: TensorSpec): void {
  const fail = (reason: string): Error =>
    cannot('create a constant', reason, {
      code: 'engine/shape',
      hint: "as in program.constant(Float32Array.from(values), { dtype: 'float32', shape: [values.length] })",
    });
  const { dtype, shape } = (spec ?? {}) as Partial<TensorSpec>;
  if (dtype === undefined || !Array.isArray(shape)) throw fail('its second argument is not an object { dtype, shape }');
  const name = describeSpec({ dtype, shape });
  if (!(dtype in arrays)) throw fail(`the type of ${name} is not one of ${Object.keys(arrays).join(', ')}`);
  const expected = arrays[dtype as keyof typeof arrays];
  if (values instanceof expected && values.length === sizeOf(shape)) return;
  throw fail(`its values are ${said(values)}, expected ${expected.name}(${sizeOf(shape)}) for ${name}`);
}
