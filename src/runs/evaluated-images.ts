// Loads the images that a run is evaluated on: its own, or those of another folder.
import { realpath } from 'node:fs/promises';
import { hasNoTraining, loadClassFolders } from '../data/datasets/image-folder/class-folders.js';
import { isImageFolder, type DatasetOptions, type FolderOptions } from '../data/options.js';
import type { DataPlaces, LoadedIdentity, LoadedSplits } from '../data/registry.js';
import { buildSplits } from '../data/split.js';
import { parseProgress } from '../training/state.js';
import { evaluationName } from './description.js';
import { classNamesOf, type RunCheckpoint } from './run-checkpoint.js';
import { loadRunSplits } from './same-data.js';

interface EvaluatedPlaces extends DataPlaces {
  readonly warn: (line: string) => void;
}

/** Returns the checksum of the images that a network was trained on; undefined if it is not known. */
const recordedChecksum = ({ checkpoint: { progress, path }, inputs }: RunCheckpoint): string | undefined =>
  parseProgress(progress, path).data ?? inputs?.data?.checksum;

/** Returns a path without links; one that does not exist as it is. */
const withoutLinks = (path: string): Promise<string> => realpath(path).catch(() => path);

/** Returns the folder of other images, if it is not that of the run under another name. */
async function otherFolder({ otherImages, inputs }: RunCheckpoint): Promise<string | undefined> {
  const own = inputs?.data?.folder;
  if (otherImages === undefined || own === undefined) return otherImages;
  return (await withoutLinks(otherImages)) === (await withoutLinks(own)) ? undefined : otherImages;
}

/**
 * Loads a folder of class folders. If the run was trained on these images, wherever they were, those that it held out
 * are chosen.
 */
async function loadWithoutTraining(
  dataset: FolderOptions,
  { folder, classNames }: { readonly folder: string; readonly classNames: readonly string[] },
  opened: RunCheckpoint,
  { warn }: EvaluatedPlaces,
): Promise<LoadedSplits> {
  const splits = await loadClassFolders(dataset, folder, classNames);
  splits.notes?.forEach((note) => warn(`warning: ${note}`));
  const holdsOut = evaluationName(opened.config) === 'holdout';
  const recorded = recordedChecksum(opened);
  if (recorded === undefined) {
    if (holdsOut)
      warn('warning: the run does not record its training images: if these are among them, the error is too low');
    return splits;
  }
  if (!splits.trainingChecksums.includes(recorded.split('-')[0])) return splits;
  if (!holdsOut) {
    warn('warning: these are the training images of the run, which makes the error too low');
    return splits;
  }
  warn('note: these are the images of the run, which is evaluated on those that it held out');
  const all = { ...splits.train, part: 'train' } as const;
  return { ...splits, ...buildSplits(dataset, all, all) };
}

/**
 * Returns the options that select the images of another data set: all of its evaluation images, or at most
 * `testSubset`, if it has any and is not that of the run at another path.
 */
function chosenOf(opened: RunCheckpoint, { data, earlierChecksum }: LoadedIdentity): DatasetOptions {
  const { dataset } = opened.config;
  const recorded = recordedChecksum(opened);
  const isOwn = recorded !== undefined && [data.checksum, earlierChecksum].includes(recorded);
  if (isOwn || data.testImages === 0) return dataset;
  const { testSubset } = dataset;
  return {
    ...dataset,
    ...{ holdout: 0, validationFraction: undefined, subset: undefined },
    testSubset: testSubset === undefined ? undefined : Math.min(testSubset, data.testImages),
  };
}

/** Loads the images that a run is evaluated on. Errors: their classes are not in the order of the run's. */
export async function evaluatedSplits(opened: RunCheckpoint, places: EvaluatedPlaces): Promise<LoadedSplits> {
  const { dataset } = opened.config;
  const classNames = classNamesOf(opened);
  // From the run's own folder, only the part that the run is evaluated on is used.
  const folder = await otherFolder(opened);
  if (isImageFolder(dataset) && classNames !== undefined && folder !== undefined && (await hasNoTraining(folder)))
    return loadWithoutTraining(dataset, { folder, classNames }, opened, places);
  if (folder === undefined) return loadRunSplits(opened, places, 'evaluate the run');
  const splits = await loadRunSplits(opened, places, 'evaluate the run', (found) => chosenOf(opened, found));
  if (splits.evaluationName !== evaluationName(opened.config))
    places.warn(`note: the evaluation images of ${folder} are used, not held-out training images as in the run`);
  return splits;
}
