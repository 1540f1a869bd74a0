// The `isda/kit` module: what a user's own network, loss or data set imports, such as `import type { LossModule }`.
import * as ops from '../engine/ops/index.js';
import { customGradient, detach } from '../engine/tensor.js';
import type { LossFactory } from '../losses/custom.js';
import type { NetworkFactory } from '../models/custom.js';
import { sequence } from '../nn/layer.js';
import * as layers from '../nn/layers.js';
import { declare, filledWith, normal, uniformWithin } from '../nn/tensors.js';

export const kit = {
  /** Operations on tensors, with gradients. */
  ops: { ...ops, customGradient, detach },
  /** Layers with PyTorch's names and first values. */
  layers: { ...layers, sequence },
  /** Declares a parameter, statistic or state, and its first values. */
  declare,
  initializers: { filledWith, normal, uniformWithin },
} as const;

export type Kit = typeof kit;

/** The exports of a user's loss file. */
export interface LossModule {
  readonly createLoss: LossFactory<Kit>;
}

/** The exports of a user's network file. */
export interface NetworkModule {
  readonly createNetwork: NetworkFactory<Kit>;
}

export type { CustomDataset, DatasetModule, DatasetRequest } from '../data/datasets/custom/module.js';
export type { Loss, LossInputs, LossShape, TrainingProgress } from '../losses/loss.js';
export type { InputShape, Network, NetworkOutputs } from '../models/network.js';
export type { Layer, Pass } from '../nn/layer.js';
export type { TensorDeclaration } from '../nn/tensors.js';
export type { Tensor } from '../engine/tensor.js';
