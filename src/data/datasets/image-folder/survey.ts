// Surveys a folder of images: its classes, their numbers of images, and the sizes of images.
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
  /** Number of training images per class. */
  readonly counts: readonly number[];
  /** The folder of evaluation images and their number; absent if there is none. */
  readonly evaluation?: { readonly folder: string; readonly images: number };
  /** Shorter sides of a sample of the images, in pixels, ascending. */
  readonly sides: readonly number[];
  /** Number of images in the sample that could not be read. */
  readonly broken: number;
  /** Messages about skipped files and folders. */
  readonly notes: readonly string[];
}

/** Maximum number of images whose sizes are read. */
const maxSizes = 200;

/** Returns the shorter side of an image; undefined if it cannot be read. */
async function shorterSide(path: string): Promise<number | undefined> {
  try {
    const { width, height } = readImageFile(path).header ?? (await decodedSize(path));
    return Math.min(width, height);
  } catch (error) {
    if (error instanceof BrokenImage) return undefined;
    throw error;
  }
}

/** Surveys the images in an absolute folder. Errors: an invalid layout. */
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
