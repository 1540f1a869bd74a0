// Interface of built-in and custom losses.
import type { Program, Tensor } from '../engine/tensor.js';
import type { TensorDeclaration } from '../nn/tensors.js';

/** The progress of training, for scheduled values. Iterations and epochs count from 0. */
export interface TrainingProgress {
  readonly iteration: number;
  readonly totalIterations: number;
  readonly epoch: number;
  readonly totalEpochs: number;
  /** The schedule alone: the learning rate divided by `optimizer.learningRate`. */
  readonly learningRateFactor: number;
}

/** The inputs of a loss in one training step. */
export interface LossInputs {
  readonly program: Program;
  /** Deep features, float32 [N, A]. */
  readonly features: Tensor;
  /** float32 [N, C] */
  readonly logits: Tensor;
  /** int32 [N] */
  readonly labels: Tensor;
  /**
   * Soft targets, float32 [N, C], rows summing to 1; only if images are mixed, for losses with `softTargets`. `labels`
   * are then the classes with the largest shares.
   */
  readonly targets?: Tensor;
  /** Weight of the last fully connected layer, float32 [A, C]. */
  readonly weight: Tensor;
  /** int32 [2], different in every step: the seed of random numbers. */
  readonly seed: Tensor;
  /** One scalar for each entry of the loss's `scalars`. */
  readonly scalars: Readonly<Record<string, Tensor>>;
}

export interface Loss {
  readonly name: string;
  /**
   * The state that the loss keeps between steps (role `state`), and its own parameters (role `parameter`); saved in
   * checkpoints.
   */
  readonly tensors: readonly TensorDeclaration[];
  /** Values that change from step to step, as inputs of the captured step. */
  readonly scalars: Readonly<Record<string, (progress: TrainingProgress) => number>>;
  /**
   * The scalars that are written to metrics.csv as `loss.NAME`, in addition to `lambda`, which is always written.
   * Letters and digits only.
   */
  readonly recordedScalars?: readonly string[];
  /**
   * Whether the last layer has no bias. The network's bias is then initially 0 and stays 0, since such a loss computes
   * its logits from `features` and `weight` and gives the bias no gradient.
   */
  readonly withoutBias?: boolean;
  /** Whether `compute` uses `inputs.targets`. If not, the loss is refused for mixed images. */
  readonly softTargets?: boolean;
  /** Returns the mean loss over the batch, a scalar. State is updated through `inputs.program`. */
  compute(inputs: LossInputs): Tensor;
}

/** The sizes for declaring a loss's tensors. */
export interface LossShape {
  readonly classes: number;
  readonly featureSize: number;
}
