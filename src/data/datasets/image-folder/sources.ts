// The training and validation parts of an image folder as sources.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { cannot } from '../../../common/errors.js';
import { maxOpenFiles } from '../../../common/files.js';
import type { ImageFormat } from '../../dataset.js';
import type { DataParts } from '../../identity.js';
import type { FolderOptions } from '../../options.js';
import type { ImageSource } from '../../source.js';
import { indexFolder, type FolderIndex } from './index-cache.js';
import { packNames } from './packed-names.js';
import type { PartFiles } from './scan.js';

/** The layout and normalisation of what the network gets. */
export function folderFormat({ imageSize, mean, std }: FolderOptions): ImageFormat {
  const levels = ([red, green, blue]: readonly [number, number, number]) =>
    [255 * red, 255 * green, 255 * blue] as const;
  return { height: imageSize, width: imageSize, channels: 3, mean: levels(mean), std: levels(std) };
}

/** The first of `candidates`, or `imagenet/` in one, that holds a train/. Absolute. Errors: none does. */
export async function locateImageFolder(name: FolderOptions['name'], candidates: readonly string[]): Promise<string> {
  const folders = candidates.flatMap((each) => (name === 'imagenet' ? [each, join(each, 'imagenet')] : [each]));
  for (const folder of folders) if (await stat(join(folder, 'train')).catch(() => undefined)) return folder;
  throw cannot(
    `find ${name === 'imagenet' ? 'ImageNet' : 'the images'}`,
    'there is no folder train/ where it was looked for',
    {
      code: 'data/missing',
      place: folders.map((folder) => `looked in ${folder}`).join('\n'),
      hint: '--set dataset.dir=DIR says where it is; docs/data.md says what it holds',
    },
  );
}

/** md5 of the names of all images with their classes, in order: changes when an image is added, removed or renamed. */
export function listChecksum(names: readonly string[]): string {
  const hash = createHash('md5');
  for (const name of names) hash.update(name).update('\n');
  return hash.digest('hex');
}

/** Images of a part whose sizes are looked at. */
const maxSizes = 10_000;

/**
 * md5 of a part's list of images and of their sizes in bytes, of which at most 10 000, evenly spaced, are looked at: other
 * images under the same names, such as smaller copies, are other data. An image that is not there counts as empty.
 */
export async function partDigest(root: string, list: string, names: readonly string[]): Promise<string> {
  const step = Math.max(1, names.length / maxSizes);
  const sample = Array.from(
    { length: Math.min(names.length, maxSizes) },
    (_, index) => names[Math.floor(index * step)],
  );
  const sizes = await pMap(
    sample,
    (name) => stat(join(root, name)).then(({ size }) => size, () => 0), // prettier-ignore
    { concurrency: maxOpenFiles },
  );
  return createHash('md5')
    .update(`${list}\n${sizes.join('\n')}`)
    .digest('hex');
}

/** The paths of a part's images relative to the root, class after class. */
export function namesOf(part: 'train' | 'val', { classes, flat }: PartFiles): string[] {
  return classes.flatMap(({ name, files }) => files.map((file) => (flat ? join(part, file) : join(part, name, file))));
}

async function sourceOf(
  root: string,
  index: FolderIndex,
  part: 'train' | 'test',
  options: FolderOptions,
): Promise<ImageSource> {
  const files = part === 'train' ? index.train : index.val;
  const names = namesOf(part === 'train' ? 'train' : 'val', files);
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
    storage: { kind: 'files', root, names: packNames(names), resize: options.resize, decoding: options.decoding },
    checksum,
    digest: await partDigest(root, checksum, names),
  };
}

/**
 * Both parts of a folder of images. `candidates`: absolute folders to look in, first to last.
 * Errors: no train/ or val/, a class without images, a class of val/ that is not in train/, another number of classes
 * than the config says.
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
  const [train, test] = await Promise.all(
    (['train', 'test'] as const).map((part) => sourceOf(root, index, part, options)),
  );
  return { train, test, folder: root };
}
