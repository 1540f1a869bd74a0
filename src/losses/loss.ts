// Interface of losses, built in and custom.
import type { Program, Tensor } from '../engine/tensor.js';
import type { TensorDeclaration } from '../nn/tensors.js';

/** Where the training is, for values that follow it. Iterations and epochs count from 0. */
export interface TrainingProgress {
  readonly iteration: number;
  readonly totalIterations: number;
  readonly epoch: number;
  readonly totalEpochs: number;
  /** The schedule alone: the learning rate over `optimizer.learningRate`. */
  readonly learningRateFactor: number;
}

/** What a loss may use in one training step. */
export interface LossInputs {
  readonly program: Program;
  /** Deep features, float32 [N, A]. */
  readonly features: Tensor;
  /** float32 [N, C] */
  readonly logits: Tensor;
  /** int32 [N] */
  readonly labels: Tensor;
  /**
   * Soft targets, float32 [N, C], rows summing to 1: where images are mixed, and only for losses with `softTargets`.
   * `labels` are then the classes of the largest shares.
   */
  readonly targets?: Tensor;
  /** Weight of the last fully connected layer, float32 [A, C]. */
  readonly weight: Tensor;
  /** int32 [2], another one in every step: what random numbers are drawn from. */
  readonly seed: Tensor;
  /** One scalar for each entry of the loss's `scalars`. */
  readonly scalars: Readonly<Record<string, Tensor>>;
}

export interface Loss {
  readonly name: string;
  /** What the loss remembers between steps (role `state`) or trains itself (role `parameter`); part of checkpoints. */
  readonly tensors: readonly TensorDeclaration[];
  /** Values that change from step to step, handed to the captured step. */
  readonly scalars: Readonly<Record<string, (progress: TrainingProgress) => number>>;
  /**
   * Those scalars that metrics.csv gets as `loss.NAME`, beside `lambda`, which it always has. Letters and digits only.
   */
  readonly recordedScalars?: readonly string[];
  /**
   * Whether the last layer is to have no bias: the network's then starts at 0 and stays there, since such a loss makes
   * its logits from `features` and `weight` and gives it no gradient.
   */
  readonly withoutBias?: boolean;
  /** Whether `compute` follows `inputs.targets`. A loss without it is refused where images are mixed. */
  readonly softTargets?: boolean;
  /** The mean loss over the batch, a scalar. Updates of state go through `inputs.program`. */
  compute(inputs: LossInputs): Tensor;
}

/** The sizes that a loss may need to declare its tensors. */
export interface LossShape {
  readonly classes: number;
  readonly featureSize: number;
}
