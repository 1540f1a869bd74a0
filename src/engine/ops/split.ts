// Splits tensors along an axis.
import { cannot } from '../../common/errors.js';
import { int, type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { describeSpec } from '../types.js';
import { requireList } from './axes.js';
import { intScalar, intVector } from './run.js';
import { pad } from './shape.js';

/** Records that `parts` are consecutive parts of x along an axis; the gradient of each goes to its place in x. */
function placed(x: Tensor, parts: readonly Tensor[], axis: number): readonly Tensor[] {
  let end = 0;
  return parts.map((part) => {
    const start = end;
    end += part.shape[axis];
    const after = x.shape[axis] - end;
    return withGradient(part, [x], (gradient) => [
      pad(
        gradient,
        x.shape.map((_, index) => (index === axis ? ([start, after] as const) : ([0, 0] as const))),
      ),
    ]);
  });
}

/** Splits x into equal parts along its last axis. */
export function splitLast(x: Tensor, parts: number): readonly Tensor[] {
  if (parts === 1) return [x];
  const axis = x.shape.length - 1;
  const extent = x.shape[axis] / parts;
  if (!Number.isInteger(parts) || parts < 1 || !Number.isInteger(extent)) {
    throw cannot('split', `the last axis of ${describeSpec(x)} cannot be divided into ${parts} equal parts`, {
      code: 'engine/shape',
    });
  }
  const spec = { dtype: x.dtype, shape: [...x.shape.slice(0, axis), extent] };
  const attributes = { num_split: int(parts), T: type(x.dtype) };
  const pieces = x.program.execute(
    'Split',
    attributes,
    [intScalar(x.program, axis), x],
    Array.from({ length: parts }, () => spec),
  );
  return placed(x, pieces, axis);
}

/** Splits a vector into pieces of the given sizes. Errors: they do not add up to its length. */
export function splitVector(x: Tensor, sizes: readonly number[]): readonly Tensor[] {
  requireList('split', 'sizes', sizes);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  if (x.shape.length !== 1 || whole !== x.shape[0] || Math.min(...sizes) < 0) {
    throw cannot('split', `${describeSpec(x)} is not a vector of the pieces [${sizes.join(', ')}]`, {
      code: 'engine/shape',
    });
  }
  if (sizes.length === 1) return [x];
  const attributes = { num_split: int(sizes.length), T: type(x.dtype), Tlen: type('int32') };
  const pieces = x.program.execute(
    'SplitV',
    attributes,
    [x, intVector(x.program, sizes), intScalar(x.program, 0)],
    sizes.map((size) => ({ dtype: x.dtype, shape: [size] })),
  );
  return placed(x, pieces, 0);
}
