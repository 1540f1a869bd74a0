// Constant tensors and casts.
import { cannot } from '../../common/errors.js';
import { type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';
import { describeSpec, dtypeCodes, isFloat, type DType } from '../types.js';
import { floatScalar, intVector, run } from './run.js';

/** Returns a tensor with the shape and type of `like`, filled with one value. */
function fillLike(like: Tensor, value: number): Tensor {
  const scalar = floatScalar(like.program, value, like.dtype);
  if (like.shape.length === 0) return scalar;
  const attributes = { T: type(like.dtype), index_type: type('int32') };
  return run('Fill', attributes, [intVector(like.program, like.shape), scalar], like.dtype, like.shape);
}

/** Zeros in the shape and type of `like`. */
export const zerosLike = (like: Tensor): Tensor => fillLike(like, 0);
/** Ones in the shape and type of `like`. */
export const onesLike = (like: Tensor): Tensor => fillLike(like, 1);

/** The same values in another element type; differentiable between float types, otherwise without a gradient. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  if (!(dtype in dtypeCodes)) {
    const known = Object.keys(dtypeCodes).join(', ');
    throw cannot(`cast ${describeSpec(x)}`, `the type ${String(dtype)} is unknown, expected one of ${known}`, {
      code: 'engine/shape',
    });
  }
  const attributes = { SrcT: type(x.dtype), DstT: type(dtype) };
  const value = x.castTogether?.(dtype) ?? run('Cast', attributes, [x], dtype, x.shape);
  // A gradient that is cast to integers with the value would lose its fractions.
  if (!isFloat(dtype)) return value;
  return withGradient({ ...value, castFrom: x }, [x], (gradient) => [cast(gradient, x.dtype)]);
}
