// Verifies an image folder: counts, class balance, checksums, copies, and decoding of every image.
import { join } from 'node:path';
import pMap from 'p-map';
import { sha256 } from '../../../common/checksum.js';
import { IsdaError } from '../../../common/errors.js';
import { BrokenImage, maxConcurrentReads } from '../../reader.js';
import { findCopies, type Copies, type PartImages } from './copies.js';
import type { Size } from './crop-box.js';
import { readImageFile } from './image-file.js';
import { wholeImage } from './make-image.js';
import { countOf, scanFolder, type PartFiles } from './scan.js';
import { listChecksum, namesOf } from './sources.js';

interface BrokenFile {
  readonly path: string;
  readonly reason: string;
}

export interface FolderPartReport {
  readonly part: 'train' | 'val';
  readonly count: number;
  /** Number of images per class. */
  readonly classCounts: readonly number[];
  /** md5 of the list of images and their classes, not of their content. */
  readonly checksum: string;
  /** Sides in pixels of the smallest and the largest image that can be read, by area. */
  readonly smallest?: readonly [width: number, height: number];
  readonly largest?: readonly [width: number, height: number];
  /** Images that cannot be read, by path. */
  readonly broken: readonly BrokenFile[];
}

/** A problem of the layout. */
interface FolderProblem {
  readonly message: string;
  readonly place?: string | undefined;
  readonly hint?: string | undefined;
}

export interface FolderReport {
  readonly folder: string;
  readonly classNames: readonly string[];
  readonly parts: readonly FolderPartReport[];
  /** Problems that prevent runs from using the folder, except images that cannot be read. */
  readonly problems: readonly FolderProblem[];
  /** Images that occur more than once, by the bytes of their files. */
  readonly copies: Copies;
  /** Messages about skipped files and folders. */
  readonly notes: readonly string[];
}

/** Decodes a whole image file and returns its size, without rotation except for a TIFF. Errors: a BrokenImage. */
export async function decodedSize(path: string): Promise<Size> {
  return wholeImage(path, readImageFile(path), false);
}

async function verifyPart(
  root: string,
  part: 'train' | 'val',
  files: PartFiles,
  onImage: () => void,
): Promise<{ readonly report: FolderPartReport; readonly images: PartImages }> {
  const names = namesOf(files);
  const digests = Array.from<string | undefined>({ length: names.length });
  const labelled = files.classes.flatMap((own) => own.files.map(() => own.name));
  const broken: BrokenFile[] = [];
  let smallest: readonly [number, number] | undefined;
  let largest: readonly [number, number] | undefined;
  const area = ([width, height]: readonly [number, number]): number => width * height;
  const visit = async (index: number): Promise<void> => {
    const path = join(root, names[index]);
    try {
      const file = readImageFile(path);
      const { width, height } = await wholeImage(path, file, false);
      digests[index] = sha256([file.bytes]);
      if (smallest === undefined || area([width, height]) < area(smallest)) smallest = [width, height];
      if (largest === undefined || area([width, height]) > area(largest)) largest = [width, height];
    } catch (error) {
      if (!(error instanceof BrokenImage)) throw error;
      broken.push({ path, reason: error.reason });
    }
    onImage();
  };
  await pMap(names.keys(), visit, { concurrency: maxConcurrentReads });
  const report = {
    part,
    count: names.length,
    classCounts: files.classes.map((each) => each.files.length),
    checksum: listChecksum(labelled.map((label, index) => `${label} ${names[index]}`)),
    ...(smallest && { smallest }),
    ...(largest && { largest }),
    broken: broken.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  return { report, images: { names, labels: labelled, digests } };
}

/**
 * Lists a folder without its index and decodes every image. Calls `onImage(done, total)` after each. Errors: there are
 * no classes. Everything else, such as a class without images and images that cannot be read, is reported, not thrown.
 */
export async function verifyImageFolder(
  root: string,
  onImage: (done: number, total: number) => void,
): Promise<FolderReport> {
  const problems: FolderProblem[] = [];
  const { train, val, notes } = await scanFolder(root, (error) => {
    if (!(error instanceof IsdaError)) throw error;
    const { message, place, hint } = error;
    problems.push({ message, place, hint });
  });
  const total = countOf(train) + (val === undefined ? 0 : countOf(val));
  let done = 0;
  const next = (): void => onImage(++done, total);
  const parts = [await verifyPart(root, 'train', train, next)];
  if (val !== undefined) parts.push(await verifyPart(root, 'val', val, next));
  return {
    folder: root,
    classNames: train.classes.map(({ name }) => name),
    parts: parts.map(({ report }) => report),
    problems,
    copies: findCopies(parts.map(({ images }) => images)),
    notes,
  };
}
