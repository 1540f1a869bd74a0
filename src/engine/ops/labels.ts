// Checks of labels and targets.
import { cannot } from '../../common/errors.js';
import { describeSpec, isFloat, sameShape, type Shape, type TensorSpec } from '../types.js';

/** Errors: indices are not int32. */
export function requireIndices(action: string, indices: TensorSpec): void {
  if (indices.dtype === 'int32') return;
  throw cannot(action, `the indices are ${describeSpec(indices)}, expected int32`, { code: 'engine/shape' });
}

/** Errors: the logits are not a matrix, or the labels or targets do not have the spec `expected` for their shape. */
function requireMatch(
  action: string,
  logits: TensorSpec,
  [what, given]: readonly [string, TensorSpec],
  expected: (shape: Shape) => TensorSpec,
): void {
  const fail = (reason: string): Error => cannot(action, reason, { code: 'engine/shape' });
  if (logits.shape.length !== 2 || !isFloat(logits.dtype)) {
    throw fail(`the logits are ${describeSpec(logits)}, expected float32 [N, C]`);
  }
  const spec = expected(logits.shape);
  if (given.dtype === spec.dtype && sameShape(given.shape, spec.shape)) return;
  throw fail(
    `the ${what} are ${describeSpec(given)}, expected ${describeSpec(spec)} for logits ${describeSpec(logits)}`,
  );
}

/** Errors: the labels are not int32 [N] for logits [N, C]. */
export function requireLabels(action: string, logits: TensorSpec, labels: TensorSpec): void {
  requireMatch(action, logits, ['labels', labels], ([count]) => ({ dtype: 'int32', shape: [count] }));
}

/** Errors: the targets are not of the shape and type of the logits [N, C]. */
export function requireTargets(action: string, logits: TensorSpec, targets: TensorSpec): void {
  requireMatch(action, logits, ['targets', targets], (shape) => ({ dtype: logits.dtype, shape }));
}
