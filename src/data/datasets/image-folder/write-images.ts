// Writes images of a data set in memory as a folder of class folders.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pMap from 'p-map';
import { cannot, systemCode } from '../../../common/errors.js';
import { makeFolder, maxOpenFiles, writeFailureWithSpace } from '../../../common/files.js';
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

/** Errors (usage): the folder exists and is not empty. */
async function requireFree(directory: string): Promise<void> {
  const found = await readdir(directory).catch((error: unknown) => systemCode(error));
  if (found === 'ENOENT' || (Array.isArray(found) && found.length === 0)) return;
  throw cannot(
    'write the images',
    found === 'ENOTDIR' ? 'a file of that name exists' : 'the folder exists and is not empty',
    {
      code: 'file/exists',
      kind: 'usage',
      place: directory,
      hint: 'choose another folder with --out',
    },
  );
}

/**
 * Writes images as `CLASS/00027.png`, named by their position in the part: to a temporary folder that is then moved
 * into place. Errors: a class is unknown; the folder is not empty; it cannot be written.
 */
export async function writeImageFolder(
  source: MemorySource,
  { classes = source.classNames, count = Infinity }: ImageSelection,
  directory: string,
): Promise<readonly WrittenClass[]> {
  const labels = labelsOf(source, classes);
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
