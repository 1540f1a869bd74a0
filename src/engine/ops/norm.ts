// Batch normalisation by TensorFlow's fused kernels.
import { bool, float, string, type } from '../attributes.js';
import { withGradient, type Tensor } from '../tensor.js';

export interface BatchNormInputs {
  readonly scale: Tensor;
  readonly offset: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

export interface BatchNormOptions {
  readonly epsilon: number;
  /** The share of the batch in the new running statistics (PyTorch's `momentum`). */
  readonly batchShare: number;
}

export interface BatchNormResult {
  readonly value: Tensor;
  readonly runningMean: Tensor;
  /** Takes the batch's variance unbiased, n / (n − 1), as PyTorch does. */
  readonly runningVariance: Tensor;
}

const attributesOf = (x: Tensor, options: BatchNormOptions, training: boolean) => ({
  T: type(x.dtype),
  U: type('float32'),
  epsilon: float(options.epsilon),
  data_format: string('NHWC'),
  is_training: bool(training),
});

/** Normalises x [N, H, W, C] with the batch's own statistics and gives the next running ones. All else is float32 [C]. */
export function batchNormTraining(x: Tensor, inputs: BatchNormInputs, options: BatchNormOptions): BatchNormResult {
  const { scale, offset, runningMean, runningVariance } = inputs;
  const channels = { dtype: 'float32', shape: scale.shape } as const;
  const attributes = attributesOf(x, options, true);
  const [value, mean, variance, ...reserved] = x.program.execute(
    'FusedBatchNormV3',
    { ...attributes, exponential_avg_factor: float(options.batchShare) },
    [x, scale, offset, runningMean, runningVariance],
    [{ dtype: x.dtype, shape: x.shape }, channels, channels, channels, channels, { dtype: 'float32', shape: [1] }],
  );
  const differentiable = withGradient(value, [x, scale, offset], (gradient) =>
    x.program
      .execute(
        'FusedBatchNormGradV3',
        attributes,
        [gradient, x, scale, ...reserved],
        [{ dtype: x.dtype, shape: x.shape }, channels, channels, channels, channels],
      )
      .slice(0, 3),
  );
  return { value: differentiable, runningMean: mean, runningVariance: variance };
}

/** Normalises x [N, H, W, C] with the running statistics. Not differentiable. */
export function batchNormInference(x: Tensor, inputs: BatchNormInputs, options: BatchNormOptions): Tensor {
  const { scale, offset, runningMean, runningVariance } = inputs;
  const channels = { dtype: 'float32', shape: scale.shape } as const;
  const outputs = [{ dtype: x.dtype, shape: x.shape }, channels, channels, channels, channels] as const;
  return x.program.execute(
    'FusedBatchNormV3',
    { ...attributesOf(x, options, false), exponential_avg_factor: float(1) },
    [x, scale, offset, runningMean, runningVariance],
    [...outputs, { dtype: 'float32', shape: [1] }],
  )[0];
}
