// Matrix products.
import { cannot } from '../../common/errors.js';
import { bool, type, type Attributes } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { describeSpec, sizeOf, type Shape } from '../types.js';
import { broadcastShape } from './broadcast.js';
import { run } from './run.js';
import { broadcastTo, reshape, sumTo } from './shape.js';

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * The product [..., M, N] of matrices [..., M, K] and [..., K, N], each optionally transposed; leading axes broadcast.
 * Errors: the shapes or types do not match.
 */
export function matMul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  const shape = productShape(a, b, transposeA, transposeB);
  if (shape.length > 3) return reshape(matMul(...singleStacks(a, b, shape.slice(0, -2)), options), shape);
  const flat = a.shape.length === 2 && b.shape.length === 2;
  const attributes: Attributes = flat
    ? { T: type(a.dtype), transpose_a: bool(transposeA), transpose_b: bool(transposeB) }
    : { T: type(a.dtype), adj_x: bool(transposeA), adj_y: bool(transposeB) };
  const value = run(flat ? 'MatMul' : 'BatchMatMulV2', attributes, [a, b], a.dtype, shape);
  return withGradient(value, [a, b], (gradient, [wantA, wantB]) => [
    wantA
      ? sumTo(
          transposeA
            ? matMul(b, gradient, { transposeA: transposeB, transposeB: true })
            : matMul(gradient, b, { transposeB: !transposeB }),
          a.shape,
        )
      : undefined,
    wantB
      ? sumTo(
          transposeB
            ? matMul(gradient, a, { transposeA: true, transposeB: transposeA })
            : matMul(a, gradient, { transposeA: !transposeA }),
          b.shape,
        )
      : undefined,
  ]);
}

/**
 * The operands with one leading axis instead of several: with several that broadcast, oneDNN accesses memory beyond its
 * buffers (tensorflow/tensorflow#117700).
 */
function singleStacks(a: Tensor, b: Tensor, stack: Shape): [Tensor, Tensor] {
  const single = (x: Tensor): Tensor => {
    const matrix = x.shape.slice(-2);
    const count = sizeOf(x.shape.slice(0, -2));
    const whole = count === 1 || count === sizeOf(stack) ? x : broadcastTo(x, [...stack, ...matrix]);
    return reshape(whole, [count === 1 ? 1 : sizeOf(stack), ...matrix]);
  };
  return [single(a), single(b)];
}

function productShape(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Shape {
  const [rows, innerA] = ordered(a.shape.slice(-2), transposeA);
  const [innerB, columns] = ordered(b.shape.slice(-2), transposeB);
  const stack = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const areMatrices = Math.min(a.shape.length, b.shape.length) >= 2;
  if (!areMatrices || innerA !== innerB || stack === undefined || a.dtype !== b.dtype) {
    const marks = `${transposeA ? ' transposed' : ''} and ${describeSpec(b)}${transposeB ? ' transposed' : ''}`;
    throw cannot('multiply matrices', `${describeSpec(a)}${marks} are incompatible`, { code: 'engine/shape' });
  }
  return [...stack, rows, columns];
}

const ordered = ([first, second]: Shape, swapped: boolean): [number, number] =>
  swapped ? [second, first] : [first, second];
