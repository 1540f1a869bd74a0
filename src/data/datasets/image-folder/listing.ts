// Lists one folder of an image folder: its subfolders, its images and skipped files.
import { readdir, readlink, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Dirent, Stats } from 'node:fs';
import { cannot, systemCode, type IsdaError } from '../../../common/errors.js';
import { readFailure } from '../../../common/files.js';
import { readFormats } from './header.js';
import { specialKind } from '../../../common/special-files.js';
import { decodeName, filePath, nameBytes } from './file-names.js';

export interface Listing {
  readonly folders: readonly string[];
  readonly images: readonly string[];
}

/** Counts the skipped files and folders. */
export interface PassedOver {
  /** Files of unsupported image formats, by extension. */
  readonly unread: Map<string, number>;
  /** Files that are not images, by extension. */
  readonly other: Map<string, number>;
  /** Folders created by systems, by name. */
  readonly system: Map<string, number>;
}

/** Returns empty counts. */
export const nothingPassed = (): PassedOver => ({ unread: new Map(), other: new Map(), system: new Map() });

const image = /\.(jpe?g|jpe|jfif|png|webp|avif|tiff?|gif)$/i;

/** Extensions of unsupported image formats. */
const otherImage = /\.(bmp|jp2|jxl|hei[cf]|p[bgnp]m)$/i;

/**
 * The label files in order of preference: Kaggle's, `IMAGE CLASS` per line as in Caffe's val.txt, Tiny-ImageNet's, with
 * a box after that, and TensorFlow's list of one class per line in the order of the images' names.
 */
export const labelFiles = [
  'LOC_val_solution.csv',
  'val_labels.txt',
  'val.txt',
  'val_annotations.txt',
  'imagenet_2012_validation_synset_labels.txt',
] as const;

const isLabelFile = (name: string): boolean => labelFiles.some((each) => each === name);

/** Folders that Synology, QNAP, Windows, macOS and Linux create, with thumbnails or deleted files in them. */
const systemFolders = [
  '@eaDir',
  '#recycle',
  '@Recycle',
  '@__thumb',
  '$RECYCLE.BIN',
  'System Volume Information',
  '__MACOSX',
  'lost+found',
];

/** The order of torchvision's ImageFolder: by code point, which equals the order of the bytes. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(nameBytes(a), nameBytes(b));
}

export const layoutHint = 'expected train/CLASS/IMAGE and val/CLASS/IMAGE, or CLASS/IMAGE alone (docs/data.md)';

/** Returns the error for a folder with an invalid layout. */
export function unusable(root: string, reason: string, place: string, hint?: string): IsdaError {
  return cannot(`use the images in ${root}`, reason, { code: 'data/layout', place, hint });
}

const countIn = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** Returns the entries of a folder without hidden ones. Errors: it is missing, is a file, or cannot be read. */
async function entriesOf(root: string, path: string): Promise<{ name: string; entry: Dirent<Buffer> }[]> {
  try {
    const entries = await readdir(filePath(path), { withFileTypes: true, encoding: 'buffer' });
    const named = entries.map((entry) => ({ name: decodeName(entry.name), entry }));
    return named.filter(({ name }) => !name.startsWith('.'));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') throw unusable(root, 'there is no such folder', path, layoutHint);
    if (code === 'ENOTDIR') throw unusable(root, 'a file is where a folder is expected', path, layoutHint);
    throw readFailure(path, error);
  }
}

/** Errors: a pipe, a socket or a device has the name of an image. */
function refuseSpecial(root: string, path: string, entry: Dirent<Buffer> | Stats): void {
  const kind = image.test(path) ? specialKind(entry) : undefined;
  if (kind !== undefined) throw unusable(root, `${kind} has the name of an image`, path, 'move it elsewhere');
}

/** Links are followed. A dangling link is an error, unless it has the name of an image, which is then broken. */
async function isFolder(root: string, path: string, entry: Dirent<Buffer>): Promise<boolean> {
  refuseSpecial(root, path, entry);
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  let status: Stats;
  try {
    status = await stat(filePath(path));
  } catch (error) {
    if (image.test(path)) return false;
    const code = systemCode(error);
    if (code === 'ELOOP') throw unusable(root, 'a link points to itself', path);
    if (code !== 'ENOENT') throw readFailure(path, error);
    const target = decodeName(await readlink(filePath(path), { encoding: 'buffer' }));
    throw unusable(
      root,
      `a link points to ${target}, which does not exist`,
      path,
      'remove the link, or restore its target',
    );
  }
  refuseSpecial(root, path, status);
  return status.isDirectory();
}

/** Called with an error of a folder: throws it, or keeps it so that the rest is checked too. */
export type Refuse = (error: unknown) => undefined;

export const throwAtOnce: Refuse = (error) => {
  throw error;
};

/** Returns the folders and images in a folder, sorted; skipped entries are counted in `passed`. */
export async function list(
  root: string,
  path: string,
  passed: PassedOver,
  refuse: Refuse = throwAtOnce,
): Promise<Listing> {
  const folders: string[] = [];
  const images: string[] = [];
  for (const { name, entry } of await entriesOf(root, path)) {
    const found = await isFolder(root, join(path, name), entry).catch(refuse);
    if (found === undefined) continue;
    if (found) {
      if (systemFolders.includes(name)) countIn(passed.system, name);
      else folders.push(name);
    } else if (image.test(name)) images.push(name);
    else if (otherImage.test(name)) countIn(passed.unread, extname(name).toLowerCase());
    else if (!isLabelFile(name)) countIn(passed.other, extname(name).toLowerCase() || 'without an extension');
  }
  return { folders: folders.sort(byCodePoint), images: images.sort(byCodePoint) };
}

/** Returns messages about skipped files and folders: `skipped image files: 12 .bmp; supported formats are …`. */
export function passedOverLines({ unread, other, system }: PassedOver): string[] {
  const [files, others, folders] = [unread, other, system].map((counts) =>
    [...counts].sort(([a], [b]) => byCodePoint(a, b)).map(([what, n]) => `${n} ${what}`),
  );
  return [
    ...(files.length === 0 ? [] : [`skipped image files: ${files.join(', ')}; supported formats are ${readFormats}`]),
    ...(others.length === 0 ? [] : [`skipped files that are not images: ${others.join(', ')}`]),
    ...(folders.length === 0 ? [] : [`skipped system folders: ${folders.join(', ')}`]),
  ];
}
