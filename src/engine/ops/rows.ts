// Gathers rows of a tensor by index, and sums rows by index.
import { type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { sizeOf } from '../types.js';
import { mul } from './elementwise.js';
import { cast } from './fill.js';
import { requireIndices } from './labels.js';
import { oneHot } from './loss.js';
import { sum } from './reduce.js';
import { intScalar, run } from './run.js';
import { reshape } from './shape.js';

/** The rows of x [R, …] at int32 indices [K]: [K, …]. The gradients of a row that occurs several times are summed. */
export function gatherRows(x: Tensor, indices: Tensor): Tensor {
  requireIndices('compute gatherRows', indices);
  const attributes = { Tparams: type(x.dtype), Tindices: type(indices.dtype), Taxis: type('int32') };
  const shape = [...indices.shape, ...x.shape.slice(1)];
  const value = run('GatherV2', attributes, [x, indices, intScalar(x.program, 0)], x.dtype, shape);
  return withGradient(value, [x], (gradient) => [sumRows(gradient, indices, x)]);
}

/** The gradient of `gatherRows`: sums rows at their indices, in the shape of `like`. */
function sumRows(rows: Tensor, indices: Tensor, like: Tensor): Tensor {
  const { program } = rows;
  const [count] = like.shape;
  // TensorFlow refuses UnsortedSegmentSum under TF_DETERMINISTIC_OPS. A matrix product would round the rows to TF32.
  if (program.deterministic) {
    const chosen = sizeOf(indices.shape);
    const membership = cast(oneHot(reshape(indices, [chosen, 1]), count), rows.dtype);
    const spread = mul(reshape(membership, [chosen, count, 1]), reshape(rows, [chosen, 1, sizeOf(like.shape) / count]));
    return reshape(sum(spread, [0]), like.shape);
  }
  const sums = { T: type(rows.dtype), Tindices: type(indices.dtype), Tnumsegments: type('int32') };
  return run('UnsortedSegmentSum', sums, [rows, indices, intScalar(program, count)], rows.dtype, like.shape);
}
