// Distinguishes folders of runs and stores from those with files of other origin, which are never replaced or deleted.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, systemCode } from '../common/errors.js';
import { readFailure, removeLeftovers } from '../common/files.js';
import { isCheckpointName } from './checkpoint-names.js';
import { readInputs } from './inputs.js';
import type { RunFolder } from './run-folder.js';

/** Files that a run or a generator's training replaces if it starts over. */
const replaced = [
  'config.yaml',
  'environment.json',
  'inputs.json',
  'metrics.csv',
  'losses.csv',
  'losses.svg',
  'summary.json',
  'generator.safetensors',
  'samples',
];

/**
 * What only this program leaves: the lock of a killed process, the record of a grid's cell. Checkpoints are another.
 */
const marks = ['.lock', '.claim', 'cell.json'];

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw readFailure(folder, error);
  }
}

/** Whether environment.json belongs to a run: a map with the version of this program. */
async function isEnvironment(path: string): Promise<boolean> {
  try {
    const { isda, started } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return typeof isda === 'string' && typeof started === 'string';
  } catch {
    return false;
  }
}

/** Whether inputs.json belongs to a run; it is written first, so on a full disk it may be the only file. */
async function isInputs(path: string): Promise<boolean> {
  const inputs = await readInputs(path).catch(() => undefined);
  return inputs?.data !== undefined || inputs?.weights !== undefined;
}

/**
 * Refuses a folder with files that a run would replace and that no run has written. Errors: `run/not-a-run`; the folder
 * cannot be read.
 */
export async function requireRunFolder({ root, environment, inputs, checkpoints }: RunFolder): Promise<void> {
  const names = await namesIn(root);
  const endangered = replaced.filter((name) => names.includes(name));
  if (endangered.length === 0 || marks.some((name) => names.includes(name))) return;
  if ((await isEnvironment(environment)) || (await isInputs(inputs))) return;
  if ((await namesIn(checkpoints)).some(isCheckpointName)) return;
  throw cannot('use the folder for a run', `it contains ${endangered.join(', ')}, not written by a run`, {
    code: 'run/not-a-run',
    place: join(root, endangered[0]),
    hint: 'choose another folder with --out or output.dir; nothing was changed',
    kind: 'usage',
  });
}

/** Deletes files of interrupted writes in a run folder. Call it with the folder's lock. */
export async function removeRunLeftovers({ root }: RunFolder): Promise<void> {
  const names = await namesIn(root);
  // A grid writes the config.yaml of a cell before the run of the cell has its lock.
  const own = replaced.filter((name) => name !== 'config.yaml' || !names.includes('cell.json'));
  for (const name of own) await removeLeftovers(root, name);
  await removeLeftovers(join(root, 'samples'));
}

/** Files that commands write into a store in addition to its runs. */
const storeFile = /^(?:outcomes\.(?:csv|md)|selection\.(?:csv|md)|sweep\.json|table\d\.(?:csv|md))$/;

/**
 * Refuses a folder with files that a store would replace and that has no run of a store. `root`: absolute. Errors:
 * `run/not-a-run`; the folder cannot be read.
 */
export async function requireStoreFolder(root: string): Promise<void> {
  const names = await namesIn(root);
  const endangered = names.filter((name) => storeFile.test(name));
  if (endangered.length === 0) return;
  for (const name of names) if ((await namesIn(join(root, name))).includes('cell.json')) return;
  throw cannot(
    'use the folder for runs',
    `it contains ${endangered.join(', ')}, not written by a command that makes runs`,
    {
      code: 'run/not-a-run',
      place: join(root, endangered[0]),
      hint: 'choose another folder with --out; nothing was changed',
      kind: 'usage',
    },
  );
}
