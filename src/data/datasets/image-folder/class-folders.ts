// Loads all images of a folder of class folders, without training images, to evaluate a trained network.
import { join, relative } from 'node:path';
import type { DataIdentity } from '../../identity.js';
import type { FolderOptions } from '../../options.js';
import type { LoadedSplits } from '../../registry.js';
import { selectImages, type ImageSource } from '../../source.js';
import { splitSeed, subset } from '../../split.js';
import { comparable } from './file-names.js';
import { findImages } from './find-images.js';
import { list, nothingPassed, passedOverLines, throwAtOnce, unusable } from './listing.js';
import { evaluationFolders, isFolderThere } from './scan.js';
import { filesStorage, folderFormat, listChecksum, partDigest, partSizes } from './sources.js';
import { refuseStray } from './wrong-layout.js';

/**
 * Whether a folder is not a whole data set, but may contain class folders or a folder of evaluation images with them.
 */
export const hasNoTraining = async (root: string): Promise<boolean> =>
  (await isFolderThere(root)) && !(await isFolderThere(join(root, 'train')));

/** Returns the folder of the class folders: val/ or the like, else the folder itself. */
async function classesRoot(root: string): Promise<string> {
  for (const name of evaluationFolders) if (await isFolderThere(join(root, name))) return join(root, name);
  return root;
}

/** Whether several classes have a name, as two have in readable names of ImageNet: a folder of it is of none. */
const isOfSeveral = (folder: string, classNames: readonly string[]): boolean =>
  classNames.filter((name) => comparable(name) === comparable(folder)).length > 1;

export interface ClassFolders extends LoadedSplits {
  /**
   * The checksums that these images have as the training part of a data set (`DataIdentity`): from the folder itself
   * or from train/, also without the sizes of the images, as in earlier versions.
   */
  readonly trainingChecksums: readonly string[];
}

/** Paths of the training images relative to the data set: in its folder itself, or in train/. */
const trainingPrefixes = ['', 'train/'];

/** Returns `ClassFolders.trainingChecksums`. `images`: their names relative to the data set, by class. */
function checksumsAsTraining(
  images: readonly { readonly name: string; readonly className: string }[],
  sizes: readonly number[],
): string[] {
  const lists = trainingPrefixes.map((prefix) =>
    listChecksum(images.map(({ name, className }) => `${className} ${prefix}${name}`)),
  );
  return [...lists.map((each) => partDigest(each, sizes)), ...lists];
}

/**
 * Loads the images of `root`/CLASS or `root`/val/CLASS for a network with the classes `classNames`, some of which may
 * be missing; at most `testSubset` images are chosen. Errors: a folder that is none of the classes; images next to the
 * class folders; no image.
 */
export async function loadClassFolders(
  options: FolderOptions,
  root: string,
  classNames: readonly string[],
): Promise<ClassFolders> {
  const place = await classesRoot(root);
  const passed = nothingPassed();
  const { folders, images: stray } = await list(root, place, passed);
  const labelOf = new Map(classNames.map((name, label) => [comparable(name), label]));
  const unknown = folders.filter((name) => !labelOf.has(comparable(name)));
  if (unknown.length > 0 || folders.length === 0) {
    const reason =
      folders.length === 0 ? 'it has no folders of classes' : `no class of the run is called ${unknown[0]}`;
    const lists = `classes of the run: ${classNames.join(', ')}; folders: ${folders.join(', ') || 'none'}`;
    throw unusable(root, reason, place, lists);
  }
  const several = folders.find((name) => isOfSeveral(name, classNames));
  if (several !== undefined) {
    const hint = 'its images may be of any of them: leave the folder out';
    throw unusable(root, `several classes of the run are called ${several}`, join(place, several), hint);
  }
  refuseStray({ root, refuse: throwAtOnce }, place, stray);
  const found = await Promise.all(folders.map((name) => findImages(join(place, name), passed)));
  const images = folders.flatMap((name, at) =>
    found[at].files.map((path) => ({ name: relative(root, path), label: labelOf.get(comparable(name))! })),
  );
  images.sort((a, b) => a.label - b.label);
  const names = images.map(({ name }) => name);
  const checksum = listChecksum(images.map(({ name, label }) => `${classNames[label]} ${name}`));
  const sizes = await partSizes(root, names);
  const trainingChecksums = checksumsAsTraining(
    images.map(({ name, label }) => ({ name: relative(place, join(root, name)), className: classNames[label] })),
    sizes,
  );
  const source: ImageSource = {
    ...folderFormat(options),
    ...{ name: options.name, part: 'test', classNames, classes: classNames.length, count: images.length },
    labels: Int32Array.from(images, ({ label }) => label),
    storage: filesStorage(root, names, options),
  };
  const data: DataIdentity = {
    checksum: partDigest(checksum, sizes),
    trainImages: 0,
    testImages: images.length,
    classNames,
    folder: root,
  };
  const { testSubset = Infinity } = options;
  const isSubset = testSubset < images.length;
  const evaluation = isSubset ? selectImages(source, subset(source.labels, testSubset, splitSeed)) : source;
  const notes = passedOverLines(passed);
  return { train: source, evaluation, evaluationName: 'test', data, notes, trainingChecksums };
}
