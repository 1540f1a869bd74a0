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
  /** The cells, with the checksums of their images if these were given or read. */
  readonly cells: readonly Cell[];
  /** Warnings about the images, such as classes without images. */
  readonly notes: readonly string[];
}

/** Whether a store may contain runs of a grid. */
const mayHaveRuns = (root: string | undefined): Promise<boolean> =>
  root === undefined ? Promise.resolve(false) : readdir(root).then((names) => names.length > 0, () => false); // prettier-ignore

/**
 * Checks the images of a grid's runs. Also determines their checksums, for all data sets if the store `root` may
 * contain runs (possibly on other images). Errors (usage): a holdout, subset or testSubset larger than the number of
 * images, or no images to evaluate on; every run would fail with it. Images that are missing here or cannot be read
 * are not reported: they may be elsewhere, and each run reports them.
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
    const data = cell.data ?? images.get(keyOf(cell));
    return data === undefined ? cell : { ...cell, data };
  });
  return { cells: known, notes: [...notes] };
}
