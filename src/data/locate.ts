// Location of a data set: the given folder, else $ISDA_DATA, else ./data.
import { join, resolve } from 'node:path';
import { cannot } from '../common/errors.js';
import { pathExists } from '../common/path-status.js';
import { otherCifarForms, type OtherForm } from './datasets/cifar/other-forms.js';
import { cifarFormats, type CifarFormat, type CifarName, type DatasetPart } from './datasets/cifar/format.js';

async function holdsAny(directory: string, files: readonly string[]): Promise<boolean> {
  for (const file of files) if (await pathExists(join(directory, file))) return true;
  return false;
}

/**
 * Returns the folder with the files: `directory` or the archive's folder in it; undefined if neither has any of them.
 */
export async function findCifarFolder(format: CifarFormat, directory: string): Promise<string | undefined> {
  const files = [...format.files.train, ...format.files.test];
  for (const folder of [directory, join(directory, format.folder)]) if (await holdsAny(folder, files)) return folder;
  return undefined;
}

/** Returns the error for folders without any file of a data set. */
export async function nothingFound(format: CifarFormat, looked: readonly string[]): Promise<Error> {
  const folders = looked.flatMap((directory) => [directory, join(directory, format.folder)]);
  const forms = (await Promise.all(looked.map(otherCifarForms))).flat().filter(({ name }) => name === format.name);
  return cannot(
    `find ${format.title}`,
    `no searched folder contains any of its files (${format.files.train[0]}, ${format.files.test[0]}, …)`,
    {
      code: 'data/missing',
      place: folders.map((folder) => `looked in ${folder}`).join('\n'),
      hint: hintFor(format, forms),
    },
  );
}

/** For hints: the base of relative folders. */
export const startOfDir = 'a relative DIR is resolved against the working directory';

/** Returns the hint for missing binary files; `forms`: other forms of the data set that were found instead. */
function hintFor({ name }: CifarFormat, [form]: readonly OtherForm[]): string {
  if (form?.isArchive === true)
    return `${form.path} is not unpacked: \`isda data download ${name} --from ${form.path}\``;
  const other = form && `${form.path} is ${form.title}, but only the binary version is supported: `;
  const places = `--set dataset.dir=DIR or ISDA_DATA=DIR sets its folder (${startOfDir})`;
  return `${other ?? ''}\`isda data download ${name}\` gets it; ${places}`;
}

interface LocateOptions {
  /** The folder from the config; if given, no other is searched. */
  readonly dir?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Base of relative folders. */
  readonly workingDirectory: string;
}

/** Returns the folders to search for a data set, in order: `dir` alone, else $ISDA_DATA and ./data. Absolute. */
export function dataDirectories({ dir, environment, workingDirectory }: LocateOptions): string[] {
  const fromEnvironment = environment.ISDA_DATA;
  const candidates = dir !== undefined ? [dir] : [...(fromEnvironment ? [fromEnvironment] : []), 'data'];
  return candidates.map((candidate) => resolve(workingDirectory, candidate));
}

/**
 * Returns the folder of the binary files of a data set, absolute. Each searched folder may be that folder or its
 * parent. Errors: there is none; lists the searched folders.
 */
export async function locateDataset(name: CifarName, options: LocateOptions): Promise<string> {
  const format = cifarFormats[name];
  const candidates = dataDirectories(options);
  for (const candidate of candidates) {
    const folder = await findCifarFolder(format, candidate);
    if (folder !== undefined) return folder;
  }
  throw await nothingFound(format, candidates);
}

/**
 * Returns the paths of the existing files of one part. A smaller set may have fewer files (only data_batch_1.bin), so
 * the last ones may be missing. Errors: a file is missing before an existing one, or all are missing.
 */
export async function partFiles(format: CifarFormat, folder: string, part: DatasetPart): Promise<string[]> {
  const paths = format.files[part].map((file) => join(folder, file));
  const present = await Promise.all(paths.map(pathExists));
  const last = present.lastIndexOf(true);
  const missing = present.indexOf(false);
  if (last === -1 || (missing !== -1 && missing < last)) {
    const reason =
      last === -1
        ? `the ${part} images are missing (${format.files[part].join(', ')})`
        : `${format.files[part][missing]} is missing, but ${format.files[part][last]} exists`;
    throw cannot(`read ${format.title}`, reason, {
      code: 'data/missing',
      place: folder,
      hint: `\`isda data download ${format.name} --out DIR\` gets the official files`,
    });
  }
  return paths.slice(0, last + 1);
}
