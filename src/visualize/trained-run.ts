// Loads a trained classifier from its run folder: network, data, and ISDA's covariances.
import type { ExperimentConfig } from '../config/schema.js';
import type { DataPlaces } from '../data/registry.js';
import type { Splits } from '../data/split.js';
import type { RunCheckpoint } from '../runs/run-checkpoint.js';
import { buildNetwork } from '../runs/parts.js';
import { loadRunSplits } from '../runs/same-data.js';
import { fromTorch } from '../nn/layout.js';
import { matchTensors } from '../training/state.js';
import type { FeatureCovariance } from './covariance.js';
import type { LoadedNetwork } from './encoder.js';

export interface TrainedRun extends LoadedNetwork {
  readonly config: ExperimentConfig;
  readonly splits: Splits;
  /** Path of the checkpoint, for messages. */
  readonly checkpoint: string;
  /** ISDA's estimate from training; absent with another loss, and for a sketch, which has no matrix. */
  readonly covariance?: FeatureCovariance;
}

/**
 * Loads the trained network of a run and its data. `action` describes the use, for messages. Errors: missing or
 * damaged data; classes in another order; tensors of another network.
 */
export async function loadTrainedRun(
  opened: RunCheckpoint,
  context: DataPlaces & { readonly warn: (line: string) => void },
  action: string,
): Promise<TrainedRun> {
  const { config, checkpoint } = opened;
  const { tensors, path } = checkpoint;
  const splits = await loadRunSplits(opened, context, action);
  const { network, format } = await buildNetwork(config, splits.train);
  const names = new Set(network.tensors.map(({ name }) => name));
  const own = tensors.filter(({ name }) => names.has(name));
  const matched = matchTensors(network.tensors, own, path);
  const values = new Map(
    network.tensors.map((tensor) => [tensor.name, fromTorch(matched.get(tensor.name)!, tensor)] as const),
  );
  const trained = { config, splits, network, format, values, checkpoint: path };
  if (config.loss.name !== 'isda' || config.loss.covariance === 'sketch') return trained;
  const { covariance: kind } = config.loss;
  const { featureSize } = network;
  const kept = tensors.find(({ name }) => name === 'loss.covariance')?.data;
  const covariance = kept instanceof Float32Array ? kept : new Float32Array(0);
  return { ...trained, covariance: { kind, featureSize, values: covariance } };
}
