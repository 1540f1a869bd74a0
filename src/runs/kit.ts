// The `isda/kit` module for custom modules: operations, layers, initializers and types.
import type { LossFactory } from '../losses/custom.js';
import type { NetworkFactory } from '../models/custom.js';
import { keyedNormal, keyedUniform } from '../nn/keyed-noise.js';
import * as dropouts from '../nn/dropout.js';
import { sequence } from '../nn/layer.js';
import * as layers from '../nn/layers.js';
import type { OptimizerFactory } from '../optimizers/custom.js';
import { blend, decayed, stateOf } from '../optimizers/optimizer.js';
import type { MetricsFactory } from '../training/metrics/custom.js';
import { kitOps } from './kit-ops.js';
import { declare, filledWith, normal, uniformWithin } from '../nn/tensors.js';

export const kit = {
  /** Operations on tensors, with gradients. */
  ops: kitOps,
  /** Layers with PyTorch's names, and its initial values except those of convolutions. */
  layers: { ...layers, ...dropouts, sequence },
  /** Declares a parameter, statistic or state, with its initial values. */
  declare,
  initializers: { filledWith, normal, uniformWithin },
  /** Helpers for optimizers: state of zeros in the shape of a parameter, a running mean, coupled weight decay. */
  optimizers: { stateOf, blend, decayed },
  /** Random numbers of a step from its seed and a key, such as a layer's name; independent for different keys. */
  random: { uniform: keyedUniform, normal: keyedNormal },
} as const;

type Kit = typeof kit;

/** Exports of a custom loss module. */
export interface LossModule {
  readonly createLoss: LossFactory<Kit>;
}

/** Exports of a custom optimizer module. */
export interface OptimizerModule {
  readonly createOptimizer: OptimizerFactory<Kit>;
}

/** Exports of a custom metrics module. */
export interface MetricsModule {
  readonly createMetrics: MetricsFactory<Kit>;
}

/** Exports of a custom network module. */
export interface NetworkModule {
  readonly createNetwork: NetworkFactory<Kit>;
}

export type { CustomDataset, DatasetModule, DatasetRequest } from '../data/datasets/custom/module.js';
export type { Loss, LossInputs, LossShape, TrainingProgress } from '../losses/loss.js';
export type { InputShape, Network, NetworkOutputs } from '../models/network.js';
export type { Layer, Pass } from '../nn/layer.js';
export type { TensorDeclaration } from '../nn/tensors.js';
export type { AugmentationModule, AugmentationRequest, OwnAugmentation } from '../data/augment/custom.js';
export type { EvaluatedBatch, Evaluation, OwnMetric } from '../training/metrics/metric.js';
export type { OptimizerMoment, ParameterUpdate } from '../optimizers/optimizer.js';
export type { OwnOptimizer } from '../optimizers/custom.js';
export type { OwnSchedule, ScheduleModule, ScheduleProgress, ScheduleRequest } from '../training/schedules/custom.js';
export type { Tensor } from '../engine/tensor.js';
