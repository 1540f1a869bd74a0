// Layer normalization over the last axis.
import { customGradient, detach, type Tensor } from '../tensor.js';
import { add, addScalar, div, mul, sqrt, square, sub } from './elementwise.js';
import { cast, onesLike } from './fill.js';
import { mean } from './reduce.js';
import { sumTo } from './shape.js';

export interface LayerNormInputs {
  /** float32 [C] */
  readonly scale: Tensor;
  /** float32 [C] */
  readonly offset: Tensor;
}

/**
 * Normalizes x [..., C] over its last axis, with the biased variance, as in PyTorch:
 * (x − mean) / sqrt(variance + epsilon) * scale + offset (Ba et al., 2016). Computed in float32.
 */
export function layerNorm(x: Tensor, { scale, offset }: LayerNormInputs, epsilon: number): Tensor {
  const meanOf = (values: Tensor): Tensor => mean(values, [-1], { keepAxes: true });
  return customGradient([x, scale, offset], (images, factor, shift) => {
    const whole = cast(images, 'float32');
    const centered = sub(whole, meanOf(whole));
    const variance = addScalar(meanOf(square(centered)), epsilon);
    const inverse = div(onesLike(variance), sqrt(variance));
    const normalized = mul(centered, inverse);
    return {
      value: cast(add(mul(normalized, factor), shift), x.dtype),
      backward(gradient, [wantX, wantScale, wantOffset]) {
        const exact = cast(detach(gradient), 'float32');
        const toX = (): Tensor => {
          const slope = mul(exact, factor);
          const rest = add(meanOf(slope), mul(normalized, meanOf(mul(slope, normalized))));
          return cast(mul(inverse, sub(slope, rest)), x.dtype);
        };
        return [
          wantX ? toX() : undefined,
          wantScale ? sumTo(mul(exact, normalized), scale.shape) : undefined,
          wantOffset ? sumTo(exact, offset.shape) : undefined,
        ];
      },
    };
  });
}
