// Exports and imports networks as safetensors with PyTorch's names and layouts.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { cannot } from '../common/errors.js';
import { makeFolder, writeFileAtomically } from '../common/files.js';
import { fingerprint } from '../config/fingerprint.js';
import { printConfig } from '../config/print.js';
import type { ExperimentConfig } from '../config/schema.js';
import type { DataPlaces } from '../data/registry.js';
import { sizeOf } from '../engine/types.js';
import type { Network } from '../models/network.js';
import { toTorch, torchShape } from '../nn/layout.js';
import { initialValues, type TensorDeclaration } from '../nn/tensors.js';
import { hasCheckpoints } from '../records/checkpoint-names.js';
import { saveCheckpoint } from '../records/checkpoints.js';
import { encodeSafetensors, type NamedTensor } from '../records/safetensors.js';
import { epochStart } from '../training/state.js';
import { sessionTensors } from '../training/step.js';
import { classNamesOf, type RunCheckpoint } from './run-checkpoint.js';
import { droppedBiasText, readFirstWeights } from './first-weights.js';
import { inRunFolder, writeFirstRecords } from './in-run-folder.js';
import { requireMemory } from './memory.js';
import {
  decodeMetadata,
  encodeMetadata,
  preparationChanges,
  preparationOf,
  type NetworkMetadata,
} from './network-metadata.js';
import { buildNetwork, buildParts, withClasses, type NetworkParts } from './parts.js';
import type { RunContext } from './run-context.js';

/** Returns initial values in PyTorch's layout: the given ones, else from the seed. */
function firstTensors(
  tensors: readonly TensorDeclaration[],
  seed: number,
  given: readonly NamedTensor[] = [],
): NamedTensor[] {
  const byName = new Map(given.map((tensor) => [tensor.name, tensor]));
  const givenTo = ({ name, startsAs = name }: TensorDeclaration): NamedTensor | undefined => byName.get(startsAs);
  const fresh = tensors.filter((tensor) => givenTo(tensor) === undefined);
  const values = initialValues(fresh, seed);
  return tensors.map((tensor) => {
    const data = givenTo(tensor)?.data ?? toTorch(values.get(tensor.name)!, tensor);
    return { name: tensor.name, shape: [...torchShape(tensor)], data };
  });
}

export interface ExportReport {
  readonly network: string;
  readonly tensors: number;
  readonly values: number;
}

async function writeNetworkFile(
  network: Network,
  tensors: readonly NamedTensor[],
  path: string,
  metadata: NetworkMetadata,
): Promise<ExportReport> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const own = network.tensors.map((tensor) => byName.get(tensor.name)!);
  await makeFolder(dirname(path));
  await writeFileAtomically(path, encodeSafetensors(own, encodeMetadata(network.name, metadata)));
  return {
    network: network.name,
    tensors: own.length,
    values: own.reduce((total, tensor) => total + sizeOf(tensor.shape), 0),
  };
}

/** Returns the metadata of a config's network for a file. */
function metadataOf(
  config: ExperimentConfig,
  { network, format }: NetworkParts,
  classNames?: readonly string[],
): NetworkMetadata {
  // The origin of the weights and which of them were trained do not describe the network as it is now.
  const model = { ...config.model, weights: undefined, weightsSha256: undefined, head: undefined, freeze: undefined };
  return {
    images: preparationOf(config, format),
    classes: network.classes,
    ...(classNames && { classNames }),
    ...(model.name !== 'custom' && { model }),
  };
}

/** Writes the network of a run's checkpoint to a file, with the image preparation and the class names. */
export async function exportRun(opened: RunCheckpoint, path: string, places: DataPlaces): Promise<ExportReport> {
  const { config, checkpoint } = opened;
  const parts = await buildNetwork(config, places);
  return writeNetworkFile(parts.network, checkpoint.tensors, path, metadataOf(config, parts, classNamesOf(opened)));
}

/** Writes a config's network to a file with its initial values: those of its `model.weights`, else from its seed. */
export async function exportFresh(config: ExperimentConfig, path: string, places: DataPlaces): Promise<ExportReport> {
  const parts = await buildParts(config, places);
  const { network } = parts;
  requireMemory(config, parts, 'cuda');
  const first = await readFirstWeights(config.model, parts, places.workingDirectory);
  const tensors = firstTensors(network.tensors, config.training.seed, first?.tensors);
  return writeNetworkFile(network, tensors, path, metadataOf(config, parts));
}

/**
 * Creates a run folder whose first checkpoint has the network of a file, ready to be evaluated or trained, as in a run
 * whose config has the file as `model.weights`. Errors: the file is not the config's network; the folder already has
 * checkpoints or results.
 */
export async function importNetwork(
  plain: ExperimentConfig,
  path: string,
  directory: string,
  context: DataPlaces & Pick<RunContext, 'stream'>,
): Promise<ExportReport> {
  const from = { ...plain, model: { ...plain.model, weights: path, weightsSha256: undefined } };
  const parts = await buildParts(from, context);
  const first = await readFirstWeights(from.model, parts, context.workingDirectory);
  const { tensors: stored, prefix, metadata, facts: weights, droppedBias } = first!;
  const about = decodeMetadata(metadata, path);
  const classNames = from.model.head === 'fresh' ? undefined : about?.classNames;
  const config = { ...from, model: { ...from.model, weightsSha256: weights.sha256 } };
  requireMemory(config, parts, 'cuda');
  const tensors = firstTensors(sessionTensors(parts), config.training.seed, stored);
  const values = stored.reduce((total, tensor) => total + sizeOf(tensor.shape), 0);
  await inRunFolder(directory, context, async (folder) => {
    const { checkpoints, metrics, summary } = folder.paths;
    if (await hasCheckpoints(checkpoints)) {
      throw cannot('import the network', 'the run folder has checkpoints already', {
        code: 'run/exists',
        place: checkpoints,
        hint: 'give another --out',
      });
    }
    const results = [metrics, summary].find((file) => existsSync(file));
    if (results !== undefined) {
      throw cannot('import the network', 'the run folder has the results of an earlier run', {
        code: 'run/exists',
        place: results,
        hint: 'give another --out',
      });
    }
    const { keepCheckpoints } = config.output;
    await writeFirstRecords(folder, {
      inputs: { weights, imported: true },
      config: printConfig(withClasses(config, parts.network.classes)),
      checkpoint: undefined,
      keepCheckpoints,
      outdated: [],
    });
    const checkpoint = {
      epoch: 1,
      step: 0,
      tensors,
      progress: { ...epochStart(1), weights, ...(classNames && { classNames }) },
      fingerprint: fingerprint(config),
    };
    await saveCheckpoint(checkpoints, checkpoint, keepCheckpoints);
    if (prefix !== '') folder.print(`removed the prefix ${prefix} from the names in the file`);
    if (droppedBias !== undefined) folder.print(droppedBiasText(droppedBias));
    const other = about && preparationChanges(about.images, preparationOf(config, parts.format));
    if (other !== undefined) folder.print(`warning: the image preparation differs from that of the file: ${other}`);
    folder.log(`imported ${path}: ${stored.length} tensors, ${values} values`);
  });
  return { network: parts.network.name, tensors: stored.length, values };
}
