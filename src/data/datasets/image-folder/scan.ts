// Lists the classes and images of a folder of images: train/CLASS/IMAGE, and val/CLASS/IMAGE or val/IMAGE with labels.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dirent } from 'node:fs';
import { cannot, systemCode, type IsdaError } from '../../../common/errors.js';
import { readFailure } from '../../../common/files.js';
import { findLabelFile, readLabels } from './labels.js';

/** The images of one class, their names sorted. */
export interface ClassFiles {
  readonly name: string;
  readonly files: readonly string[];
}

/** One part: each class with its images, classes in the order of the training set's. */
export interface PartFiles {
  readonly classes: readonly ClassFiles[];
  /** Whether the images lie in one folder without folders of classes. */
  readonly flat: boolean;
}

export interface FolderScan {
  readonly train: PartFiles;
  readonly val: PartFiles;
  /** What the scan depends on: folders and files whose change makes it void. */
  readonly watched: readonly string[];
}

const image = /\.(jpe?g|png)$/i;

/** The order of torchvision's ImageFolder: by code points. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function unusable(root: string, reason: string, place: string, hint?: string): IsdaError {
  return cannot(`use the images in ${root}`, reason, { code: 'data/layout', place, hint });
}

const layout = 'expected train/CLASS/IMAGE and val/CLASS/IMAGE, with .jpeg, .jpg or .png files (docs/data.md)';

/** What is in a folder, hidden entries left out. Errors: it is not there, it is a file, it may not be read. */
async function entriesOf(root: string, path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => !entry.name.startsWith('.'));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') throw unusable(root, 'there is no such folder', path, layout);
    if (code === 'ENOTDIR') throw unusable(root, 'a file is where a folder is expected', path, layout);
    throw readFailure(path, error);
  }
}

/** Links count as what they point to. */
async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}

interface Listing {
  readonly folders: readonly string[];
  readonly images: readonly string[];
}

async function list(root: string, path: string): Promise<Listing> {
  const folders: string[] = [];
  const images: string[] = [];
  for (const entry of await entriesOf(root, path)) {
    if (await isFolder(entry, join(path, entry.name))) folders.push(entry.name);
    else if (image.test(entry.name)) images.push(entry.name);
  }
  return { folders: folders.sort(byCodePoint), images: images.sort(byCodePoint) };
}

async function listClass(root: string, path: string, name: string): Promise<ClassFiles> {
  const { images } = await list(root, path);
  if (images.length === 0) throw unusable(root, `the class ${name} has no images`, path, layout);
  return { name, files: images };
}

async function scanTrain(root: string): Promise<PartFiles> {
  const path = join(root, 'train');
  const { folders, images } = await list(root, path);
  if (folders.length === 0) {
    const reason = images.length > 0 ? 'its images are not in folders of classes' : 'it is empty';
    throw unusable(root, reason, path, layout);
  }
  const classes: ClassFiles[] = [];
  for (const name of folders) classes.push(await listClass(root, join(path, name), name));
  return { classes, flat: false };
}

async function scanVal(root: string, names: readonly string[]): Promise<PartFiles & { labelFile?: string }> {
  const path = join(root, 'val');
  const { folders, images } = await list(root, path);
  if (folders.length === 0) {
    if (images.length === 0) throw unusable(root, 'it is empty', path, layout);
    const labelFile = await findLabelFile(root);
    const labels = await readLabels(labelFile, images, names);
    const files = names.map((): string[] => []);
    images.forEach((file, index) => files[labels[index]].push(file));
    return { classes: names.map((name, label) => ({ name, files: files[label] })), flat: true, labelFile };
  }
  const unknown = folders.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const hint = 'the folders of val/ must be among those of train/';
    throw unusable(root, `the class ${unknown} is in val/ and not in train/`, join(path, unknown), hint);
  }
  const classes: ClassFiles[] = [];
  for (const name of names) {
    classes.push(folders.includes(name) ? await listClass(root, join(path, name), name) : { name, files: [] });
  }
  return { classes, flat: false };
}

/** Lists a folder of images. Errors name the folder or file that is not as it should be. */
export async function scanFolder(root: string): Promise<FolderScan> {
  const train = await scanTrain(root);
  const names = train.classes.map(({ name }) => name);
  const { labelFile, ...val } = await scanVal(root, names);
  const inVal = val.classes.filter(({ files }) => !val.flat && files.length > 0).map(({ name }) => join('val', name));
  const watched = ['train', 'val', ...names.map((name) => join('train', name)), ...inVal];
  return { train, val, watched: [...watched.map((path) => join(root, path)), ...(labelFile ? [labelFile] : [])] };
}
