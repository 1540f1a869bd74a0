// Looks at a folder of images: its classes, how many images each has, and their sizes.
import { join } from 'node:path';
import pMap from 'p-map';
import { BrokenImage, maxConcurrentReads } from '../../reader.js';
import { readImageFile } from './image-file.js';
import { countOf, scanFolder } from './scan.js';
import { evenlySpaced, locateImageFolder, namesOf } from './sources.js';
import { decodedSize } from './verify.js';

export interface FolderSurvey {
  readonly root: string;
  readonly classNames: readonly string[];
  /** Training images of each class. */
  readonly counts: readonly number[];
  /** The folder of images to evaluate on and how many it has; absent where there is none. */
  readonly evaluation?: { readonly folder: string; readonly images: number };
  /** Shorter sides of some images, in pixels, ascending. */
  readonly sides: readonly number[];
  /** Of these, how many could not be read. */
  readonly broken: number;
  /** What is in the folders and was passed over, in words. */
  readonly notes: readonly string[];
}

/** Images whose sizes are looked at. */
const maxSizes = 200;

/** The shorter side of an image; undefined where it cannot be read. */
async function shorterSide(path: string): Promise<number | undefined> {
  try {
    const { width, height } = readImageFile(path).header ?? (await decodedSize(path));
    return Math.min(width, height);
  } catch (error) {
    if (error instanceof BrokenImage) return undefined;
    throw error;
  }
}

/** Looks at the images in an absolute folder. Errors: it is not laid out as it must be. */
export async function surveyFolder(folder: string): Promise<FolderSurvey> {
  const root = await locateImageFolder('image-folder', [folder]);
  const { train, val, notes } = await scanFolder(root);
  const sample = evenlySpaced(namesOf(train), maxSizes);
  const sides = await pMap(sample, (name) => shorterSide(join(root, name)), { concurrency: maxConcurrentReads });
  const known = sides.filter((side) => side !== undefined);
  return {
    root,
    classNames: train.classes.map(({ name }) => name),
    counts: train.classes.map(({ files }) => files.length),
    ...(val && { evaluation: { folder: val.folder, images: countOf(val) } }),
    sides: known.sort((a, b) => a - b),
    broken: sides.length - known.length,
    notes,
  };
}
