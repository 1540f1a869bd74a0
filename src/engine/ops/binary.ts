// Runs operations on two tensors of one type, element by element.
import { cannot } from '../../common/errors.js';
import { type } from '../attributes.js';
import type { Tensor } from '../tensor.js';
import { describeSpec, type DType } from '../types.js';
import { broadcastShape } from './broadcast.js';
import { run } from './run.js';

/** The value in the shape that both broadcast to. Errors: there is none, or the types differ. */
export function binary(operation: string, a: Tensor, b: Tensor, dtype: DType = a.dtype): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === undefined || a.dtype !== b.dtype) {
    throw cannot(`compute ${operation}`, `${describeSpec(a)} and ${describeSpec(b)} do not fit together`, {
      code: 'engine/shape',
    });
  }
  return run(operation, { T: type(a.dtype) }, [a, b], dtype, shape);
}
