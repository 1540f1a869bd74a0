// Runs elementwise operations on two tensors of the same type.
import { cannot } from '../../common/errors.js';
import { type } from '../attributes.js';
import type { Tensor } from '../tensor.js';
import { describeSpec, type DType } from '../types.js';
import { broadcastShape } from './broadcast.js';
import { requireFloat } from './requirements.js';
import { run } from './run.js';

/**
 * Returns the result in the shape that both broadcast to. Errors: the shapes do not broadcast, the types differ, or the
 * operation does not take the type.
 */
export function binary(operation: string, a: Tensor, b: Tensor, dtype: DType = a.dtype): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === undefined || a.dtype !== b.dtype) {
    throw cannot(`compute ${operation}`, `${describeSpec(a)} and ${describeSpec(b)} are incompatible`, {
      code: 'engine/shape',
    });
  }
  if (operation === 'RealDiv' || (a.dtype === 'bool' && operation !== 'Equal')) requireFloat(`compute ${operation}`, a);
  return run(operation, { T: type(a.dtype) }, [a, b], dtype, shape);
}
