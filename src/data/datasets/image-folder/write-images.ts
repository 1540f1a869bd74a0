// Writes images of a data set in memory as a folder of class folders.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pMap from 'p-map';
import { cannot, systemCode } from '../../../common/errors.js';
import { makeFolder, maxOpenFiles, readFailure, writeFailureWithSpace } from '../../../common/files.js';
import { didYouMean } from '../../../common/nearest.js';
import { imageBytes } from '../../image-format.js';
import { storagePosition, type MemorySource } from '../../source.js';
import { encodePng } from './png.js';

interface ImageSelection {
  /** Names of classes; absent: all. */
  readonly classes?: readonly string[] | undefined;
  /** Maximum number of images per class, from the first on; absent: all. */
  readonly count?: number | undefined;
}

interface WrittenClass {
  readonly className: string;
  readonly images: number;
}

/** Returns the labels of class names. Errors (usage): a name is not a class of the data set. */
function labelsOf({ classNames, name }: MemorySource, wanted: readonly string[]): number[] {
  return [...new Set(wanted)].map((className) => {
    const label = classNames.indexOf(className);
    if (label !== -1) return label;
    throw cannot('write the images', `${name} has no class ${className}`, {
      code: 'option/invalid',
      kind: 'usage',
      hint: didYouMean(className, classNames) ?? `its classes: ${classNames.join(', ')}`,
    });
  });
}

/** Errors: a class name cannot be the name of its folder, or two classes have one name. */
function requireFolderNames({ classNames, name }: MemorySource, labels: readonly number[]): void {
  const refuse = (reason: string): Error =>
    cannot('write the images', reason, {
      code: 'data/labels',
      hint: `correct the file of the class names of ${name}`,
    });
  for (const className of labels.map((label) => classNames[label])) {
    // With a slash or dots, the images would be written outside of the folder, or into hidden folders.
    if (className === '' || className.startsWith('.') || /[/\0]/.test(className))
      throw refuse(`the class name ${JSON.stringify(className)} cannot be the name of a folder`);
    if (classNames.indexOf(className) !== classNames.lastIndexOf(className))
      throw refuse(`two classes are called ${JSON.stringify(className)}`);
  }
}

/** Errors: the folder exists and is not empty (usage), is a file (usage), or cannot be read. */
async function requireFree(directory: string): Promise<void> {
  const refuse = (reason: string): Error =>
    cannot('write the images', reason, {
      code: 'file/exists',
      kind: 'usage',
      place: directory,
      hint: 'choose another folder with --out',
    });
  const names = await readdir(directory).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw systemCode(error) === 'ENOTDIR' ? refuse('a file of that name exists') : readFailure(directory, error);
  });
  if (names.length > 0) throw refuse('the folder exists and is not empty');
}

/**
 * Writes images as `CLASS/00027.png`, named by their position in the part: to a temporary folder that is then moved
 * into place. Errors: a class is unknown; its name cannot be that of a folder; the folder is not empty; it cannot be
 * written.
 */
export async function writeImageFolder(
  source: MemorySource,
  { classes = source.classNames, count = Infinity }: ImageSelection,
  directory: string,
): Promise<readonly WrittenClass[]> {
  const labels = labelsOf(source, classes);
  requireFolderNames(source, labels);
  await requireFree(directory);
  await makeFolder(dirname(directory));
  const { width, height, storage } = source;
  const size = imageBytes(source);
  const positions = labels.map((label) =>
    [...source.labels.keys()].filter((index) => source.labels[index] === label).slice(0, count),
  );
  let aside: string | undefined;
  try {
    aside = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`));
    for (const [at, label] of labels.entries()) {
      const folder = join(aside, 'images', source.classNames[label]);
      await mkdir(folder, { recursive: true });
      const write = async (index: number): Promise<void> => {
        const first = storagePosition(source, index) * size;
        const png = await encodePng(storage.images.subarray(first, first + size), width, height);
        await writeFile(join(folder, `${String(index).padStart(5, '0')}.png`), png);
      };
      await pMap(positions[at], write, { concurrency: maxOpenFiles });
    }
    await rename(join(aside, 'images'), directory);
  } catch (error) {
    throw await writeFailureWithSpace(directory, error);
  } finally {
    if (aside !== undefined) await rm(aside, { recursive: true, force: true });
  }
  return labels.map((label, at) => ({ className: source.classNames[label], images: positions[at].length }));
}
