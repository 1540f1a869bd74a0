// Finds a config by its path, or by its name under the configs folder.
import { readdirSync, statSync, type Stats } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { cannot, reasonOf, type IsdaError } from '../common/errors.js';
import { orList } from '../common/format.js';
import { maxEdits } from '../common/nearest.js';

export interface ConfigPlaces {
  /** The folder searched for names; it need not exist. */
  readonly configsDirectory: string;
  /** Base of relative paths. */
  readonly workingDirectory: string;
  /** Returns the text of a pipe, which can be read only once, each time. Default: the pipe is read. */
  readonly readPipe?: (path: string) => string;
}

/** The path that `-` means. */
export const standardInput = '/dev/stdin';

const extension = /\.ya?ml$/i;

/** `table1/resnet32-cifar10-isda` for `table1/resnet32-cifar10-isda.yaml`. */
export function withoutExtension(path: string): string {
  return path.replace(extension, '');
}

/** Formats a path for messages: relative if it is inside the working directory. */
export function displayPath(path: string, workingDirectory: string): string {
  const inside = relative(workingDirectory, path);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    throw cannot(`list the configs in ${directory}`, reasonOf(error), { code: 'config/unreadable', cause: error });
  }
}

/**
 * Returns all YAML files under a folder as sorted relative paths with forward slashes; none if there is no such folder.
 */
export function listConfigs(directory: string): readonly string[] {
  if (!isFolder(directory)) return [];
  return namesIn(directory)
    .filter((path) => extension.test(path) && isFile(join(directory, path)))
    .map((path) => path.split(sep).join('/'))
    .sort();
}

/** Returns the status of a path; undefined if it does not exist or is not accessible. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

export function isFile(path: string): boolean {
  return statusOf(path)?.isFile() ?? false;
}

/** Whether a path is a pipe, from which text can be read only once: standard input, `<(…)`. */
export function isPipe(path: string): boolean {
  const status = statusOf(path);
  return status !== undefined && (status.isFIFO() || status.isCharacterDevice() || status.isSocket());
}

export function isFolder(path: string): boolean {
  return statusOf(path)?.isDirectory() ?? false;
}

/** A name without separators of words: `resnet-32` and `resnet32` are equal. */
const bare = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9/]/g, '');

/** Minimum length of a word to suggest names that start with it. */
const shortestBeginning = 3;

/** Configs that `name` may mean: those that start with it, then similar ones; configs that others extend are last. */
function nearestConfigs(name: string, known: readonly string[]): readonly string[] {
  const wanted = withoutExtension(name).toLowerCase();
  return known
    .map((file) => {
      const path = withoutExtension(file);
      const names = [path, path.slice(path.lastIndexOf('/') + 1)];
      const isBeginning =
        bare(wanted).length >= shortestBeginning && names.some((each) => bare(each).startsWith(bare(wanted)));
      const isBase = path.startsWith('base/') && !wanted.startsWith('base/');
      const edits = Math.min(...names.map((each) => distance(wanted, each.toLowerCase())));
      return { path, isBeginning, edits, order: [isBase, !isBeginning, path.split('/').length, edits].map(Number) };
    })
    .filter(({ isBeginning, edits }) => isBeginning || edits <= maxEdits(wanted, 4))
    .sort((a, b) => a.order.map((value, index) => value - b.order[index]).find((difference) => difference !== 0) ?? 0)
    .map(({ path }) => path);
}

function unknownName(name: string, known: readonly string[]): IsdaError {
  const near = nearestConfigs(name, known).slice(0, 3);
  const hint =
    near.length > 0
      ? `did you mean ${orList(near)}?`
      : 'give the path of a YAML file or the name of one under configs/; `isda config list` lists those';
  return cannot(`use config ${name}`, 'there is no such file, and no config of that name', {
    code: 'config/missing',
    hint,
    kind: 'usage',
  });
}

/**
 * Returns the absolute path of the config that `name` means: `-` for standard input, a file, with or without `.yaml`,
 * or else the one config under the configs folder whose path is `name` or ends in it.
 *
 * @throws IsdaError (usage) with the nearest names if there is none, and with all if there are several.
 */
export function findConfig(name: string, { configsDirectory, workingDirectory }: ConfigPlaces): string {
  if (name === '-') return standardInput;
  const path = resolve(workingDirectory, name);
  if (isPipe(path)) return path;
  if (name !== '' && !name.includes('\0')) {
    const file = [path, `${path}.yaml`, `${path}.yml`].find(isFile);
    if (file !== undefined) return file;
    if (isFolder(path) && /[\\/.]/.test(name)) {
      throw cannot(`use config ${name}`, 'it is a folder', {
        code: 'config/unreadable',
        hint: 'give one YAML file',
        kind: 'usage',
      });
    }
  }
  const known = listConfigs(configsDirectory);
  const wanted = withoutExtension(name).replaceAll('\\', '/');
  const matches = known.filter((config) => `/${withoutExtension(config)}`.endsWith(`/${wanted}`));
  const exact = matches.find((config) => withoutExtension(config) === wanted);
  if (exact !== undefined || matches.length === 1) return join(configsDirectory, exact ?? matches[0]);
  if (matches.length === 0) throw unknownName(name, known);
  throw cannot(`use config ${name}`, `${matches.length} configs have that name`, {
    code: 'config/ambiguous',
    hint: `write ${orList(matches.map(withoutExtension))}`,
    kind: 'usage',
  });
}
