// Loads a trained network for prediction: from a run, or from an exported file.
import { cannot } from '../../common/errors.js';
import { readNamed } from '../../common/files.js';
import { experimentSchema, type ExperimentConfig } from '../../config/schema.js';
import { datasetShape, type DataPlaces, type DatasetShape } from '../../data/registry.js';
import { decodeSafetensors, type NamedTensor } from '../../records/safetensors.js';
import type { EvaluatedParts } from '../../training/step.js';
import { classNamesOf, type RunCheckpoint } from '../run-checkpoint.js';
import { networkTensors } from '../network-file.js';
import { decodeMetadata, preparationOf, type ImagePreparation } from '../network-metadata.js';
import { buildNetwork } from '../parts.js';

export interface TrainedNetwork {
  readonly parts: EvaluatedParts;
  readonly training: ExperimentConfig['training'];
  /** The tensors of the network, with PyTorch's names and layouts. */
  readonly tensors: readonly NamedTensor[];
  readonly images: ImagePreparation;
  /** The numbers of the classes if their names are not known. */
  readonly classNames: readonly string[];
  /** The file of the tensors. */
  readonly path: string;
}

const numbered = (classes: number): readonly string[] => Array.from({ length: classes }, (_, label) => String(label));

/** Loads the network of a run's checkpoint. No image of its data set is needed. */
export async function networkOfRun(opened: RunCheckpoint, places: DataPlaces): Promise<TrainedNetwork> {
  const { config, checkpoint } = opened;
  const parts = await buildNetwork(config, places);
  const names = new Set(parts.network.tensors.map(({ name }) => name));
  return {
    parts,
    training: config.training,
    tensors: checkpoint.tensors.filter(({ name }) => names.has(name)),
    images: preparationOf(config, parts.format),
    classNames: classNamesOf(opened) ?? numbered(parts.network.classes),
    path: checkpoint.path,
  };
}

/**
 * Loads the network of an exported file; `given` is its config, if the file does not describe the network. Errors: it
 * is not safetensors; neither describes the network or its images; its tensors belong to another network.
 */
export async function networkOfFile(
  path: string,
  given: ExperimentConfig | undefined,
  places: DataPlaces,
): Promise<TrainedNetwork> {
  const bytes = await readNamed(path);
  const metadata = decodeMetadata(decodeSafetensors(bytes, path).metadata, path);
  const model = given?.model ?? metadata?.model;
  if (model === undefined) {
    throw cannot('use the network', 'the file does not say which network it is', {
      code: 'option/missing',
      kind: 'usage',
      place: path,
      hint: 'give its config with --config',
    });
  }
  const config = given ?? experimentSchema.parse({ experiment: 'exported', model });
  // The file's image preparation has priority: it was written with the weights.
  const shape: DatasetShape =
    metadata === undefined
      ? await datasetShape(config.dataset, places)
      : { ...metadata.images, ...channels(metadata.images), classes: metadata.classes };
  const parts = await buildNetwork(config, shape);
  const { tensors } = networkTensors(bytes, path, {
    network: parts.network,
    otherClassesHint: 'give the config that the network was trained with',
  });
  return {
    parts,
    training: config.training,
    tensors,
    images: metadata?.images ?? preparationOf(config, parts.format),
    classNames: metadata?.classNames ?? numbered(shape.classes),
    path,
  };
}

/** Returns mean and standard deviation of red, green and blue. */
function channels({ mean, std }: ImagePreparation): Pick<DatasetShape, 'channels' | 'mean' | 'std'> {
  const three = (values: readonly number[]) => [values[0], values[1], values[2]] as const;
  return { channels: 3, mean: three(mean), std: three(std) };
}
