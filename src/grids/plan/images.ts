// Counts the training and evaluation images of a run: from its data if present, else from the official numbers.
import { reasonOf } from '../../common/errors.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { cifarFormats } from '../../data/datasets/cifar/format.js';
import { loadSplits, type DataPlaces, type DatasetShape } from '../../data/registry.js';

export interface ImageCounts {
  readonly train: number;
  readonly evaluation: number;
  /** Whether the data are here; if not, the numbers are those of the official data set. */
  readonly counted: boolean;
  /** Shape of the images, if the data are here. */
  readonly shape?: DatasetShape;
}

/** ILSVRC 2012. */
const imagenet = { train: 1_281_167, test: 50_000 };

function officialCounts({ dataset }: ExperimentConfig): ImageCounts | undefined {
  if (dataset.name === 'image-folder' || dataset.name === 'custom') return undefined;
  const { train, test } = dataset.name === 'imagenet' ? imagenet : cifarFormats[dataset.name].officialCount;
  const { holdout, subset, testSubset, validationFraction = 0 } = dataset;
  const held = Math.round(validationFraction * train);
  return {
    train: subset ?? train - held - holdout,
    evaluation: holdout > 0 ? holdout : (testSubset ?? (held > 0 ? held : test)),
    counted: false,
  };
}

/** Returns the numbers of images of a config's data, or the reason why they cannot be counted. */
export async function countImages(
  config: ExperimentConfig,
  places: DataPlaces,
): Promise<ImageCounts | { readonly reason: string }> {
  try {
    const { train, evaluation } = await loadSplits(config.dataset, places);
    const { height, width, channels, mean, std, classes } = train;
    const shape = { height, width, channels, mean, std, classes };
    // Does not return the source itself, which may hold all images.
    return { train: train.count, evaluation: evaluation.count, counted: true, shape };
  } catch (error) {
    return officialCounts(config) ?? { reason: reasonOf(error) };
  }
}
