// The training and validation parts of an image folder as sources.
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pMap from 'p-map';
import { cannot, IsdaError } from '../../../common/errors.js';
import { maxOpenFiles } from '../../../common/files.js';
import { orList } from '../../../common/format.js';
import type { ImageFormat } from '../../image-format.js';
import type { DataParts } from '../../identity.js';
import type { FolderOptions } from '../../options.js';
import { findCifarFolder, startOfDir } from '../../locate.js';
import type { FileStorage, ImageSource } from '../../source.js';
import { cifarFormats } from '../cifar/format.js';
import { otherCifarForms } from '../cifar/other-forms.js';
import { filePath, nameBytes } from './file-names.js';
import { indexFolder, type FolderIndex } from './index-cache.js';
import { packNames } from './packed-names.js';
import { evaluationFolders, holdsClasses, isFolderThere, tooFewClasses, type PartFiles } from './scan.js';

/** Returns the layout and normalization of the network's input. */
export function folderFormat({ imageSize, mean, std }: FolderOptions): ImageFormat {
  const levels = ([red, green, blue]: readonly [number, number, number]) =>
    [255 * red, 255 * green, 255 * blue] as const;
  return { height: imageSize, width: imageSize, channels: 3, mean: levels(mean), std: levels(std) };
}

/**
 * Returns the first of `candidates`, or `imagenet/` in one, that contains train/; for custom images also one that
 * contains the class folders directly. Absolute. Errors: there is none; one of these folders cannot be read.
 */
export async function locateImageFolder(name: FolderOptions['name'], candidates: readonly string[]): Promise<string> {
  const folders = candidates.flatMap((each) => (name === 'imagenet' ? [each, join(each, 'imagenet')] : [each]));
  for (const folder of folders) if (await isFolderThere(join(folder, 'train'))) return folder;
  if (name === 'image-folder') {
    for (const folder of folders) if (await holdsClasses(folder)) return folder;
  }
  const otherwise =
    (await calledOtherwise(folders)) ?? (name === 'image-folder' ? await notByClass(folders) : undefined);
  throw cannot(`find ${name === 'imagenet' ? 'ImageNet' : 'the images'}`, 'no searched folder contains train/', {
    code: 'data/missing',
    place: folders.map((folder) => `looked in ${folder}`).join('\n'),
    hint: otherwise ?? `--set dataset.dir=DIR sets its folder (${startOfDir}); docs/data.md describes its layout`,
  });
}

/** Returns a hint about folders that do not contain at least two class folders. */
async function notByClass(folders: readonly string[]): Promise<string | undefined> {
  const found = await Promise.all(folders.map((folder) => tooFewClasses(folder).catch(() => undefined)));
  return found.find((each) => each !== undefined);
}

/**
 * Returns a hint if the folder of training images is not called train, if it was itself given, or if the data set is
 * CIFAR.
 */
async function calledOtherwise(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const [form] = await otherCifarForms(folder);
    if (form !== undefined)
      return `${form.path} is ${form.title}: \`dataset.name: ${form.name}\` reads its binary files`;
    for (const { name, title } of Object.values(cifarFormats)) {
      const binary = await findCifarFolder(cifarFormats[name], folder);
      if (binary !== undefined)
        return `${binary} has the binary files of ${title}: \`dataset.name: ${name}\` reads them, and \`isda config list\` has configs for them`;
    }
    const names = await readdir(folder).catch(() => []);
    const training = names.find((name) => /^train(ing)?([-_ ]?(set|images|data))?$/i.test(name) && name !== 'train');
    if (training !== undefined) return `${join(folder, training)} must be renamed to train`;
    if (basename(folder) === 'train' && (await holdsClasses(folder))) {
      return `set dataset.dir to ${dirname(folder)}, the parent folder of train/`;
    }
  }
  return undefined;
}

/**
 * Returns the md5 of the names of all images with their classes, in order: changes if an image is added, removed or
 * renamed.
 */
export function listChecksum(names: readonly string[]): string {
  const hash = createHash('md5');
  for (const name of names) hash.update(nameBytes(name)).update('\n');
  return hash.digest('hex');
}

/** Returns all values, or `count` evenly spaced ones if there are more. */
export function evenlySpaced<Value>(values: readonly Value[], count: number): Value[] {
  const step = Math.max(1, values.length / count);
  return Array.from({ length: Math.min(values.length, count) }, (_, index) => values[Math.floor(index * step)]);
}

/** Maximum number of images of a part whose sizes are read. */
const maxSizes = 10_000;

/** Returns the sizes in bytes of a part's images, of at most 10 000 evenly spaced ones; a missing image has 0. */
export function partSizes(root: string, names: readonly string[]): Promise<number[]> {
  return pMap(
    evenlySpaced(names, maxSizes),
    (name) => stat(filePath(join(root, name))).then(({ size }) => size, () => 0), // prettier-ignore
    { concurrency: maxOpenFiles },
  );
}

/**
 * Returns the md5 of a part's list of images and of their sizes (`partSizes`): other images with the same names, such
 * as smaller copies, are other data.
 */
export function partDigest(list: string, sizes: readonly number[]): string {
  return createHash('md5')
    .update(`${list}\n${sizes.join('\n')}`)
    .digest('hex');
}

/** Returns the paths of a part's images relative to the root, class after class. */
export function namesOf({ folder, classes, flat }: PartFiles): string[] {
  return classes.flatMap(({ name, folder: own = name, files }) =>
    files.map((file) => (flat ? join(folder, file) : join(folder, own, file))),
  );
}

/** Returns the storage of image files below a root, with the options for reading them. */
export function filesStorage(root: string, names: readonly string[], options: FolderOptions): FileStorage {
  const { resize, decoding, orientation } = options;
  const turns = orientation === 'apply' && { turns: true };
  return { kind: 'files', root, names: packNames(names), resize, decoding, ...turns };
}

/** Returns a part without images, with the same classes. */
const withoutImages = ({ classes }: PartFiles): PartFiles => ({
  folder: '',
  classes: classes.map(({ name }) => ({ name, files: [] })),
  flat: false,
});

async function sourceOf(
  root: string,
  index: FolderIndex,
  part: 'train' | 'test',
  options: FolderOptions,
): Promise<ImageSource> {
  const files = part === 'train' ? index.train : (index.val ?? withoutImages(index.train));
  const names = namesOf(files);
  const classNames = index.train.classes.map(({ name }) => name);
  const labels = new Int32Array(names.length);
  let next = 0;
  files.classes.forEach((each, label) => labels.fill(label, next, (next += each.files.length)));
  const checksum = listChecksum(names.map((name, position) => `${classNames[labels[position]]} ${name}`));
  return {
    ...folderFormat(options),
    name: options.name,
    part,
    classNames,
    classes: classNames.length,
    count: names.length,
    labels,
    storage: filesStorage(root, names, options),
    checksum,
    digest: partDigest(checksum, await partSizes(root, names)),
  };
}

/**
 * Loads both parts of a folder of images. The test part is empty if a holdout is used for evaluation and there are no
 * other images for it. `candidates`: absolute folders to search, in order.
 * Errors: no train/, or no val/ and no holdout; a class without images; a class of val/ that is not in train/; a number
 * of classes that differs from the config.
 */
export async function loadImageFolder(
  options: FolderOptions,
  candidates: readonly string[],
  cacheDirectory: string,
  now: () => number,
): Promise<DataParts> {
  const root = await locateImageFolder(options.name, candidates);
  const index = await indexFolder(root, cacheDirectory, now);
  const { length } = index.train.classes;
  if (options.classes !== undefined && options.classes !== length) {
    throw cannot(`use the images in ${root}`, `train/ has ${length} classes, dataset.classes is ${options.classes}`, {
      code: 'data/settings',
      kind: 'usage',
      hint: 'leave dataset.classes out to take those of the folder',
    });
  }
  if (index.val === undefined && options.holdout === 0 && options.validationFraction === undefined)
    throw await nothingToEvaluateOn(root, index.train.folder);
  const [train, test] = await Promise.all(
    (['train', 'test'] as const).map((part) => sourceOf(root, index, part, options)),
  );
  return { train, test, folder: root, notes: index.notes };
}

async function nothingToEvaluateOn(root: string, trainFolder: string): Promise<IsdaError> {
  // A folder that is there has no labels; its other problems are errors before.
  const isThere = await Promise.all(evaluationFolders.map((name) => isFolderThere(join(root, name))));
  const namesWhere = (there: boolean): string[] =>
    evaluationFolders.filter((_, at) => isThere[at] === there).map((name) => `${name}/`);
  const [unlabelled, missing] = [namesWhere(true), orList(namesWhere(false))];
  const without = unlabelled.length === 0 ? '' : `, and those in ${orList(unlabelled)} have no labels`;
  const isTrainItself = trainFolder === '' && basename(root) === 'train';
  const parent = isTrainItself
    ? `; or set dataset.dir to ${dirname(root)}, if it contains one of these next to train/`
    : '';
  return cannot(`use the images in ${root}`, `there are no evaluation images: no ${missing}${without}`, {
    code: 'data/settings',
    kind: 'usage',
    hint: `dataset.validationFraction: 0.2 holds out a fifth of each class, dataset.holdout: N holds out N images${parent}`,
  });
}

/** Returns the number of classes of a folder of images; undefined if it is not found. Errors: an invalid layout. */
export async function folderClasses(
  { name }: Pick<FolderOptions, 'name'>,
  candidates: readonly string[],
  cacheDirectory: string,
  now: () => number,
): Promise<number | undefined> {
  const root = await locateImageFolder(name, candidates).catch((error: unknown) => {
    if (error instanceof IsdaError && error.code === 'data/missing') return undefined;
    throw error;
  });
  return root === undefined ? undefined : (await indexFolder(root, cacheDirectory, now)).train.classes.length;
}
