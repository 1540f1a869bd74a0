// The config sections `training` and `output`: their schema, units and defaults.
import { z } from 'zod';
import { pathOption } from '../common/path-option.js';
import { customMetricsOptions } from './metrics/custom.js';

/** `training`: duration, device, seed and related options. */
export const trainingOptions = z.strictObject({
  epochs: z.int().min(1).default(160).describe('passes over the training set'),
  batchSize: z.int().min(1).default(128).describe('images per training step'),
  accumulate: z
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .describe('number of batches whose gradients are combined into one update; 1 if not given'),
  clipGradNorm: z
    .number()
    .positive()
    .optional()
    .describe(
      'maximum norm of all gradients taken as one vector, applied before weight decay; no clipping if not given',
    ),
  ema: z
    .strictObject({
      decay: z.number().min(0).lt(1).default(0.9999).describe('decay: fraction of the average that each update keeps'),
      warmup: z
        .boolean()
        .default(true)
        .describe('lower decay in the first updates: min(decay, (1 + t) / (10 + t)) in update t'),
    })
    .optional()
    .describe('exponential moving average of the weights, which is evaluated and saved in addition to them'),
  evaluationBatchSize: z.int().min(1).default(500).describe('images per evaluation step'),
  evaluateEvery: z
    .int()
    .min(1)
    .default(1)
    .describe('evaluate every so many epochs; epoch 1 and the last ten are always evaluated'),
  metrics: customMetricsOptions
    .optional()
    .describe('custom metrics, added to metrics.csv, TensorBoard and summary.json'),
  seed: z
    .int()
    .min(0)
    .max(0xffff_ffff)
    .default(1)
    .describe('seed of initial weights, order of images, augmentation and dropout'),
  execution: z
    .enum(['captured', 'eager'])
    .default('captured')
    .describe('captured: a training step is one call of a TensorFlow graph; eager: operation by operation'),
  precision: z
    .enum(['float32', 'bfloat16'])
    .default('float32')
    .describe('number format of convolutions and activations; weights, statistics and the loss are always float32'),
  workers: z
    .union([z.literal('auto'), z.int().min(0).max(256)])
    .default('auto')
    .describe(
      'number of threads that prepare batches ahead; 0: none; auto: by device and kind of data. Does not affect results',
    ),
  readEvery: z
    .union([z.literal('auto'), z.int().min(1).max(1000)])
    .default('auto')
    .describe(
      'number of steps between reads of the losses from the device; auto: 20 on a GPU, else 1. Does not affect results',
    ),
  device: z.enum(['auto', 'cpu', 'cuda']).default('auto').describe('auto: CUDA if there is a GPU, else the CPU'),
  tf32: z
    .boolean()
    .default(true)
    .describe('allow float32 convolutions and matrix products to round their factors to TF32, on GPUs that support it'),
  xla: z.boolean().default(false).describe('XLA compiles the step; slower on a CPU'),
  deterministic: z.boolean().default(false).describe('use only deterministic CUDA kernels; CPU kernels always are'),
  persistentBatchNorm: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .describe(
      "cuDNN's persistent mode of batch normalization, faster where images lie as [N, H, W, C], " +
        'which very large activations can overflow (the run then ends); auto: with bfloat16 on a GPU, unless deterministic',
    ),
  layout: z
    .enum(['auto', 'channels-last'])
    .default('auto')
    .describe(
      "order of images' axes in a captured step on a GPU; auto: TensorFlow chooses, [N, C, H, W] in float32; " +
        'channels-last: always [N, H, W, C]. No effect on a CPU',
    ),
});
export type TrainingOptions = z.output<typeof trainingOptions>;

/** `output.checkpointEvery` as a map: a checkpoint is due when one of its measures is reached. */
const checkpointMeasures = z
  .strictObject({
    epochs: z.int().min(1).optional().describe('write a checkpoint at the end of every so many epochs'),
    steps: z.int().min(1).optional().describe('write a checkpoint after every so many steps, counted over all epochs'),
    minutes: z
      .number()
      .positive()
      .optional()
      .describe('write a checkpoint after the first step that ends so many minutes after the last checkpoint'),
  })
  .refine((measures) => Object.values(measures).some((measure) => measure !== undefined), {
    error: 'expected epochs, steps or minutes',
  });

/** `output`: location of the run folder and frequency of checkpoints. */
export const outputOptions = z.strictObject({
  dir: pathOption().optional().describe('run folder; default: runs/<experiment>-seed<seed>'),
  checkpointEvery: z
    .union([z.int().min(1), checkpointMeasures])
    .default(1)
    .describe('epochs between checkpoints, or a map of epochs, steps or minutes; the end of a run is always saved'),
  keepCheckpoints: z.int().min(1).default(2).describe('number of newest checkpoints that are kept, besides the best'),
});
export type OutputOptions = z.output<typeof outputOptions>;
