// Loads a trained classifier from its run folder: network, data, and ISDA's covariances.
import type { ExperimentConfig } from '../config/schema.js';
import type { DataPlaces } from '../data/registry.js';
import type { Splits } from '../data/split.js';
import type { RunCheckpoint } from '../runs/run-checkpoint.js';
import { buildNetwork } from '../runs/parts.js';
import { loadRunSplits } from '../runs/same-data.js';
import { fromTorch } from '../nn/layout.js';
import { matchTensors } from '../training/state.js';
import type { NamedTensor } from '../records/safetensors.js';
import type { CovarianceKind, FeatureCovariance } from './covariance.js';
import type { LoadedNetwork } from './encoder.js';

export interface TrainedRun extends LoadedNetwork {
  readonly config: ExperimentConfig;
  readonly splits: Splits;
  /** Path of the checkpoint, for messages. */
  readonly checkpoint: string;
  /** The form of the covariance in ISDA; absent with another loss, and for a sketch, which has no matrix. */
  readonly covarianceKind?: CovarianceKind;
  /** ISDA's estimate of this form from training; absent if there is none, as for the identity. */
  readonly covariance?: FeatureCovariance;
}

/** Returns the values of ISDA's estimate; undefined if no features were added to it, as in an imported network. */
function estimateOf(tensors: readonly NamedTensor[]): Float32Array | undefined {
  const valuesOf = (name: string) => tensors.find((tensor) => tensor.name === name)?.data;
  const [values, counts] = [valuesOf('loss.covariance'), valuesOf('loss.count')];
  const isEmpty = !(counts instanceof Float32Array) || counts.every((count) => count === 0);
  return isEmpty || !(values instanceof Float32Array) ? undefined : values;
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
  const { covariance: covarianceKind } = config.loss;
  const { featureSize } = network;
  const estimated = estimateOf(tensors);
  if (estimated === undefined) return { ...trained, covarianceKind };
  return { ...trained, covarianceKind, covariance: { kind: covarianceKind, featureSize, values: estimated } };
}
