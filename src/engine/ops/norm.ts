// Batch normalization with TensorFlow's fused kernels.
import { bool, float, string, type } from '../attributes.js';
import { detach, withGradient, type Tensor } from '../tensor.js';
import type { DType, TensorSpec } from '../types.js';
import { addScalar, div, mul, sqrt, sub } from './elementwise.js';
import { cast, onesLike } from './fill.js';
import { sum } from './reduce.js';

/** All float32 [C]. */
export interface BatchNormInputs {
  readonly scale: Tensor;
  readonly offset: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

export interface BatchNormOptions {
  /** Added to the variance. */
  readonly epsilon: number;
  /** The weight of the batch in the new running statistics (PyTorch's `momentum`). */
  readonly batchShare: number;
}

export interface BatchNormResult {
  readonly value: Tensor;
  readonly runningMean: Tensor;
  /** Updated with the unbiased variance of the batch, n / (n − 1), as in PyTorch. */
  readonly runningVariance: Tensor;
}

const attributesOf = (x: TensorSpec, options: BatchNormOptions, training: boolean) => ({
  T: type(x.dtype),
  U: type('float32'),
  epsilon: float(options.epsilon),
  data_format: string('NHWC'),
  is_training: bool(training),
});

/**
 * The type in which x is normalized. On the CPU oneDNN supports bfloat16 if the channels are a multiple of 16; for
 * other numbers of channels TensorFlow's own kernel takes twice as long as casting to float32 and back
 * (docs/engine.md).
 */
const computedIn = (x: Tensor): DType =>
  x.program.device === 'cpu' && x.shape[x.shape.length - 1] % 16 !== 0 ? 'float32' : x.dtype;

/** Normalizes x [N, H, W, C] with the statistics of the batch, and returns the new running statistics, float32 [C]. */
export function batchNormTraining(x: Tensor, inputs: BatchNormInputs, options: BatchNormOptions): BatchNormResult {
  const { scale, offset, runningMean, runningVariance } = inputs;
  const { program } = x;
  const channels = { dtype: 'float32', shape: scale.shape } as const;
  const dtype = computedIn(x);
  const images = { dtype, shape: x.shape };
  const attributes = attributesOf(images, options, true);
  const [value, mean, variance, ...reserved] = program.execute(
    'FusedBatchNormV3',
    { ...attributes, exponential_avg_factor: float(options.batchShare) },
    [cast(detach(x), dtype), scale, offset, runningMean, runningVariance],
    [images, channels, channels, channels, channels, { dtype: 'float32', shape: [1] }],
  );
  const differentiable = withGradient(cast(value, x.dtype), [x, scale, offset], (gradient) => {
    // Cast again, so that the float32 values are not kept for the backward pass.
    const again = dtype === x.dtype ? x : cast(program.after(detach(x), gradient), dtype);
    const [toX, toScale, toOffset] = program.execute(
      'FusedBatchNormGradV3',
      attributes,
      [cast(gradient, dtype), again, scale, ...reserved],
      [images, channels, channels, channels, channels],
    );
    return [cast(toX, x.dtype), toScale, toOffset];
  });
  return { value: differentiable, runningMean: mean, runningVariance: variance };
}

/** Normalizes x [N, H, W, C] with the running statistics, which get no gradient. */
export function batchNormInference(x: Tensor, inputs: BatchNormInputs, options: BatchNormOptions): Tensor {
  const { scale, offset, runningMean, runningVariance } = inputs;
  const channels = { dtype: 'float32', shape: scale.shape } as const;
  const images = { dtype: x.dtype, shape: x.shape };
  const attributes = attributesOf(x, options, false);
  const [value] = x.program.execute(
    'FusedBatchNormV3',
    { ...attributes, exponential_avg_factor: float(1) },
    [x, scale, offset, runningMean, runningVariance],
    [images, channels, channels, channels, channels, { dtype: 'float32', shape: [1] }],
  );
  return withGradient(value, [x, scale, offset], (gradient, wanted) => {
    if (x.program.deterministic) return inferenceGradients(x, inputs, options, gradient, wanted);
    return x.program
      .execute(
        'FusedBatchNormGradV3',
        attributes,
        [gradient, x, scale, runningMean, runningVariance, runningMean],
        [images, channels, channels, channels, channels],
      )
      .slice(0, 3);
  });
}

/**
 * Returns the gradients of x, scale and offset. TensorFlow refuses its own kernel for them under TF_DETERMINISTIC_OPS.
 */
function inferenceGradients(
  x: Tensor,
  { scale, runningMean, runningVariance }: BatchNormInputs,
  { epsilon }: BatchNormOptions,
  gradient: Tensor,
  [wantX, wantScale, wantOffset]: readonly boolean[],
): (Tensor | undefined)[] {
  const images = [0, 1, 2];
  const variance = addScalar(detach(runningVariance), epsilon);
  const factor = div(onesLike(variance), sqrt(variance));
  const exact = cast(gradient, 'float32');
  const normalized = (): Tensor => mul(sub(cast(detach(x), 'float32'), detach(runningMean)), factor);
  return [
    wantX ? cast(mul(exact, mul(detach(scale), factor)), x.dtype) : undefined,
    wantScale ? sum(mul(exact, normalized()), images) : undefined,
    wantOffset ? sum(exact, images) : undefined,
  ];
}
