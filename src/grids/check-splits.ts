// Checks that the images of a grid's runs can be split as their configs say, before any run starts.
import { IsdaError } from '../common/errors.js';
import type { ExperimentConfig } from '../config/schema.js';
import { loadSplits, type DataPlaces } from '../data/registry.js';

/** Whether a config chooses among its images, or needs images to evaluate on that its folder may not have. */
const canFail = ({ name, holdout, subset, testSubset }: ExperimentConfig['dataset']): boolean =>
  name === 'image-folder' || holdout > 0 || subset !== undefined || testSubset !== undefined;

/**
 * Errors (usage): a holdout, subset or testSubset larger than the images that are there, or no images to evaluate on, which
 * every run would end with. Gives what runs would say of their images, as of classes without any.
 * Nothing is said of images that are missing here or cannot be read: they may be elsewhere, and each run says it.
 */
export async function refuseImpossibleSplits(
  configs: readonly ExperimentConfig[],
  places: DataPlaces,
): Promise<readonly string[]> {
  const notes = new Set<string>();
  const datasets = new Map(configs.map(({ dataset }) => [JSON.stringify(dataset), dataset]));
  for (const dataset of [...datasets.values()].filter(canFail)) {
    try {
      for (const note of (await loadSplits(dataset, places)).notes ?? []) notes.add(note);
    } catch (error) {
      if (error instanceof IsdaError && error.code === 'data/settings') throw error;
    }
  }
  return [...notes];
}
