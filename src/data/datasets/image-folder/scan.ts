// Lists the classes and images of a folder of images: train/CLASS/IMAGE, and val/CLASS/IMAGE or val/IMAGE with labels.
import { join } from 'node:path';
import { statusIfThere } from '../../../common/path-status.js';
import { comparable, filePath } from './file-names.js';
import { namesBelow } from './find-images.js';
import { findLabelFile, noLabels, readLabels } from './labels.js';
import {
  layoutHint,
  list,
  nothingPassed,
  passedOverLines,
  throwAtOnce,
  unusable,
  type Listing,
  type PassedOver,
  type Refuse,
} from './listing.js';
import { markOf, type Marked } from './mark.js';
import { otherClasses, refuseStray, refuseTwins } from './wrong-layout.js';

/** The images of one class. */
interface ClassFiles {
  readonly name: string;
  /** The folder of the class, if it does not have the name of the class. */
  readonly folder?: string | undefined;
  /** Paths of the images relative to the class folder: its own images sorted, then those of each folder in it. */
  readonly files: readonly string[];
}

/** One part: each class with its images, in the order of the classes of the training set. */
export interface PartFiles {
  /** The folder of the part: `train`, `val`, …; empty if the class folders are in the root. */
  readonly folder: string;
  readonly classes: readonly ClassFiles[];
  /** Whether the images are in one folder without class folders. */
  readonly flat: boolean;
}

/** Returns the number of images of a part. */
export const countOf = ({ classes }: PartFiles): number => classes.reduce((sum, { files }) => sum + files.length, 0);

export interface FolderScan {
  readonly train: PartFiles;
  /** Absent: there is no folder of evaluation images. */
  readonly val?: PartFiles | undefined;
  /** Folders and files whose change invalidates the scan, with their marks from before they were read. */
  readonly watched: readonly Marked[];
  /** Messages about skipped files and folders. */
  readonly notes: readonly string[];
}

/** Names of the folder of evaluation images; the first existing one is used. */
export const evaluationFolders = ['val', 'valid', 'validation', 'test'] as const;

/** Returns the folders that may be class folders if there is no train/. */
const besideEvaluation = (folders: readonly string[]): string[] =>
  folders.filter((name) => !evaluationFolders.some((each) => each === name));

interface Scanning {
  readonly root: string;
  readonly passed: PassedOver;
  /** Called with errors after which the rest can be listed. */
  readonly refuse: Refuse;
  readonly watched: Marked[];
  /** Messages about folders that are not used. */
  readonly notes: string[];
}

/** Whether a path is a folder. Errors: it is not accessible. */
export const isFolderThere = async (path: string): Promise<boolean> =>
  (await statusIfThere(path, filePath(path)))?.isDirectory() ?? false;

/** Marks a path before it is read: a change while it is read, or later, then differs from the mark. */
const watch = async ({ watched }: Scanning, path: string): Promise<void> =>
  void watched.push([path, await markOf(path)]);

async function listWatched(scanning: Scanning, path: string) {
  await watch(scanning, path);
  return list(scanning.root, path, scanning.passed, scanning.refuse);
}

/** Returns the images of a class folder and, as torchvision's ImageFolder, of the folders in it. */
const filesBelow = (scanning: Scanning, path: string): Promise<string[]> =>
  namesBelow(scanning.root, path, (folder) => listWatched(scanning, folder));

async function listClass(scanning: Scanning, path: string, name: string, folder = name): Promise<ClassFiles> {
  const unreadBefore = new Map(scanning.passed.unread);
  const files = await filesBelow(scanning, path);
  if (files.length > 0) return { name, files, ...(folder === name ? {} : { folder }) };
  const unread = [...scanning.passed.unread].filter(([extension, count]) => count > (unreadBefore.get(extension) ?? 0));
  const reason = unread.length === 0 ? '' : `: its files are ${unread.map(([extension]) => extension).join(', ')}`;
  const hint = unread.length === 0 ? 'put images into the folder, or remove it' : layoutHint;
  scanning.refuse(unusable(scanning.root, `the class ${name} has no images${reason}`, path, hint));
  return { name, files };
}

async function scanTrain(scanning: Scanning, folder: string): Promise<PartFiles> {
  const { root } = scanning;
  const path = join(root, folder);
  const { folders, images } = await listWatched(scanning, path);
  const names = folder === '' ? besideEvaluation(folders) : folders;
  if (names.length === 0) {
    const reason = images.length > 0 ? 'its images are not in class folders' : 'it is empty';
    throw unusable(root, reason, path, layoutHint);
  }
  refuseStray(scanning, path, images);
  refuseTwins(scanning, path, names);
  const classes: ClassFiles[] = [];
  for (const name of names) classes.push(await listClass(scanning, join(path, name), name));
  if (classes.length < 2) {
    const hint = 'at least two classes are needed';
    scanning.refuse(unusable(root, `there is only one class, ${names[0]}`, path, hint));
  }
  return { folder, classes, flat: false };
}

/** The folder of evaluation images that often has no labels, as in competitions; it is then not used. */
const unlabelledFolder = 'test';

/**
 * Scans a part without class folders; `below`: the folder in it with the images, or empty. Undefined: images without
 * labels, on which nobody can evaluate.
 */
async function scanFlat(
  scanning: Scanning,
  folder: string,
  below: string,
  images: readonly string[],
  names: readonly string[],
): Promise<PartFiles | undefined> {
  // A label file, or a preferred one, may be added to the root later.
  await watch(scanning, scanning.root);
  const labelFile = await findLabelFile(scanning.root, folder);
  if (labelFile === undefined) {
    if (folder !== unlabelledFolder) throw noLabels(scanning.root, folder);
    scanning.notes.push(`${folder}/ is not used: its images are not in class folders, and there is no label file`);
    return undefined;
  }
  await watch(scanning, labelFile);
  const labels = await readLabels(labelFile, images, names);
  const files = names.map((): string[] => []);
  images.forEach((file, index) => files[labels[index]].push(join(below, file)));
  return { folder, classes: names.map((name, label) => ({ name, files: files[label] })), flat: true };
}

async function scanVal(scanning: Scanning, folder: string, names: readonly string[]): Promise<PartFiles | undefined> {
  const { root } = scanning;
  const path = join(root, folder);
  const { folders, images } = await listWatched(scanning, path);
  if (folders.length === 0) {
    if (images.length === 0) throw unusable(root, 'it is empty', path, layoutHint);
    return scanFlat(scanning, folder, '', images, names);
  }
  // Tiny-ImageNet's layout: val/images/IMAGE, and their labels in val/val_annotations.txt.
  if (folders.length === 1 && folders[0] === 'images' && !names.includes('images')) {
    const inside = await listWatched(scanning, join(path, 'images'));
    return scanFlat(scanning, folder, 'images', inside.images, names);
  }
  refuseStray(scanning, path, images);
  refuseTwins(scanning, path, folders);
  const known = new Set(names.map(comparable));
  const unknown = folders.filter((name) => !known.has(comparable(name)));
  if (unknown.length > 0) scanning.refuse(otherClasses(scanning.root, folder, names, folders));
  const folderOf = new Map(folders.map((name) => [comparable(name), name]));
  const classes: ClassFiles[] = [];
  for (const name of names) {
    const own = folderOf.get(comparable(name));
    classes.push(own === undefined ? { name, files: [] } : await listClass(scanning, join(path, own), name, own));
  }
  return { folder, classes, flat: false };
}

/** Returns the folder of evaluation images, if there is one. */
async function evaluationFolder(root: string): Promise<string | undefined> {
  for (const name of evaluationFolders) if (await isFolderThere(join(root, name))) return name;
  return undefined;
}

/** Number of class folders after which no others are checked: on a network disk each check takes time. */
const tellingClasses = 2;

/** Lists a folder without entries such as links to nowhere, which are reported when the whole folder is listed. */
const listUsable = (root: string, path: string): Promise<Listing> => list(root, path, nothingPassed(), () => undefined);

/**
 * Whether a folder contains class folders directly, without train/: at least two have images directly in them. Errors:
 * one of these folders cannot be read.
 */
export async function holdsClasses(root: string): Promise<boolean> {
  if (!(await isFolderThere(root))) return false;
  let found = 0;
  for (const name of besideEvaluation((await listUsable(root, root)).folders)) {
    if ((await listUsable(root, join(root, name))).images.length > 0) found += 1;
    if (found === tellingClasses) return true;
  }
  return false;
}

/** Returns the reason why a folder without train/ has too few class folders. Errors: it cannot be read. */
export async function tooFewClasses(root: string): Promise<string> {
  const own = await listUsable(root, root);
  if (own.images.length > 0) return `${root} contains images directly: each class needs a folder, DIR/CLASS/IMAGE`;
  for (const name of besideEvaluation(own.folders)) {
    if ((await listUsable(root, join(root, name))).images.length > 0)
      return `${root} has images of only one class, ${name}: at least two are needed, DIR/CLASS/IMAGE`;
  }
  return `${root} has no folders with images: expected DIR/CLASS/IMAGE or DIR/train/CLASS/IMAGE`;
}

/**
 * Lists a folder of images. Errors name the invalid folder or file; `refuse` gets those after which the rest can be
 * listed, without what they concern.
 */
export async function scanFolder(root: string, refuse: Refuse = throwAtOnce): Promise<FolderScan> {
  const passed = nothingPassed();
  const scanning: Scanning = { root, passed, refuse, watched: [], notes: [] };
  const ofRoot = [root, await markOf(root)] as const;
  const isPlain = !(await isFolderThere(join(root, 'train'))) && (await holdsClasses(root));
  const train = await scanTrain(scanning, isPlain ? '' : 'train');
  const folder = await evaluationFolder(root);
  // train/ or a preferred folder of evaluation images may be added later.
  if (folder !== evaluationFolders[0] || isPlain) scanning.watched.push(ofRoot);
  const names = train.classes.map(({ name }) => name);
  const val = folder === undefined ? undefined : await scanVal(scanning, folder, names).catch(refuse);
  const notes = [...passedOverLines(passed), ...scanning.notes];
  return { train, ...(val && { val }), watched: scanning.watched, notes };
}
