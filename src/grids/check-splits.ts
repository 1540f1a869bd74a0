// Checks that the images of a grid's runs can be split as configured, before any run starts.
import { readdir } from 'node:fs/promises';
import { IsdaError } from '../common/errors.js';
import type { ExperimentConfig } from '../config/schema.js';
import { loadSplits, type DataPlaces } from '../data/registry.js';
import type { Cell, CellImages } from './store/store.js';

/** Whether a config selects some of its images, or needs evaluation images that its folder may lack. */
const canFail = ({ name, holdout, subset, testSubset, validationFraction }: ExperimentConfig['dataset']): boolean =>
  name === 'image-folder' ||
  validationFraction !== undefined ||
  holdout > 0 ||
  subset !== undefined ||
  testSubset !== undefined;

interface CheckedCells {
  /** The cells, with the checksums of their images if these were read. */
  readonly cells: readonly Cell[];
  /** Warnings about the images, such as classes without images. */
  readonly notes: readonly string[];
}

/** Whether a store may contain runs of a grid. */
const mayHaveRuns = (root: string | undefined): Promise<boolean> =>
  root === undefined ? Promise.resolve(false) : readdir(root).then((names) => names.length > 0, () => false); // prettier-ignore

/**
 * Checks the images of a grid's runs, and tells which they are where that is looked at: always where a store, `root`,
 * may have runs on others. Errors (usage): a holdout, subset or testSubset larger than the images that are there, or no
 * images to evaluate on, which every run would end with.
 * Nothing is said of images that are missing here or cannot be read: they may be elsewhere, and each run says it.
 */
export async function checkSplits(cells: readonly Cell[], places: DataPlaces, root?: string): Promise<CheckedCells> {
  const keyOf = ({ config }: Cell): string => JSON.stringify(config.dataset);
  const datasets = new Map(cells.map((cell) => [keyOf(cell), cell.config.dataset]));
  const notes = new Set<string>();
  const images = new Map<string, CellImages>();
  const all = await mayHaveRuns(root);
  for (const [key, dataset] of [...datasets].filter(([, each]) => all || canFail(each))) {
    try {
      const splits = await loadSplits(dataset, places);
      images.set(key, { checksum: splits.data.checksum, earlier: splits.earlierChecksum });
      for (const note of splits.notes ?? []) notes.add(note);
    } catch (error) {
      if (error instanceof IsdaError && error.code === 'data/settings') throw error;
    }
  }
  const known = cells.map((cell) => {
    const data = images.get(keyOf(cell));
    return data === undefined ? cell : { ...cell, data };
  });
  return { cells: known, notes: [...notes] };
}
