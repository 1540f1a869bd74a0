// The run store: a folder with a folder for each run of its grids, found again by what the run is.
import { randomBytes } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, systemCode } from '../../common/errors.js';
import { makeFolder, writeFailureWithSpace } from '../../common/files.js';
import { isFile } from '../../config/find.js';
import { loadConfig } from '../../config/load.js';
import { fingerprint } from '../../config/print.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { runFolder } from '../../training/records/run-folder.js';
import { formatCell, readCell, type CellRecord } from './cell.js';

/** One run of a grid. Its experiment's name and its seed name its folder. */
export interface Cell {
  /** The row of the grid that it belongs to. */
  readonly row: string;
  readonly config: ExperimentConfig;
}

/** A cell with its folder in a store. */
export interface StoredCell extends Cell {
  /** The folder's name. */
  readonly name: string;
  /** The run folder, absolute. */
  readonly folder: string;
}

/** The fingerprint of the run in a folder: of its cell.json, else of the config.yaml that `isda train` left there. */
export async function fingerprintIn(folder: string): Promise<{ record?: CellRecord; identity?: string }> {
  const record = await readCell(folder);
  if (record !== undefined) return { record, identity: record.fingerprint };
  const { config } = runFolder(folder);
  if (!isFile(config)) return {};
  try {
    const places = { configsDirectory: folder, workingDirectory: folder };
    return { identity: fingerprint(loadConfig(config, places).config) };
  } catch {
    // A run whose config can no longer be read is somebody else's.
    return { identity: 'unknown' };
  }
}

/** Writes a first cell.json, unless another process has in the meantime: a link is made whole or not at all. */
async function createRecord(folder: string, record: CellRecord): Promise<void> {
  const path = join(folder, 'cell.json');
  const aside = join(folder, `.cell.json.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(aside, formatCell(record), { flag: 'wx', flush: true });
    await link(aside, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw await writeFailureWithSpace(path, error);
  } finally {
    await rm(aside, { force: true });
  }
}

/** The folder name of a cell: `<experiment>-seed<N>`. */
export function cellName({ config }: Cell): string {
  return `${config.experiment}-seed${config.training.seed}`;
}

/**
 * The names a cell's folder may have, in the order they are tried: the second one where other settings have the first.
 */
function namesOf(cell: Cell): readonly string[] {
  const name = cellName(cell);
  return [name, `${name}-${fingerprint(cell.config).slice(0, 8)}`];
}

/** Finds a cell in the store without making anything; undefined where it is not there. */
export async function findCell(root: string, cell: Cell): Promise<StoredCell | undefined> {
  const identity = fingerprint(cell.config);
  for (const name of namesOf(cell)) {
    const folder = join(root, name);
    if ((await readCell(folder))?.fingerprint === identity) return { ...cell, name, folder };
  }
  return undefined;
}

/**
 * Finds a cell in the store `root` (absolute) or plans it. The same settings find the same folder, whoever asks and how
 * often; other settings under the same name get a folder with a part of their fingerprint in its name.
 * `now`: milliseconds since the epoch. Errors: the folder cannot be written, or a cell.json not read.
 */
export async function placeCell(root: string, cell: Cell, now: () => number): Promise<StoredCell> {
  const { config, row } = cell;
  const identity = fingerprint(config);
  for (const name of namesOf(cell)) {
    const folder = join(root, name);
    const before = await fingerprintIn(folder);
    if (before.identity !== undefined && before.identity !== identity) continue;
    if (before.record === undefined) {
      await makeFolder(folder);
      await createRecord(folder, {
        row,
        seed: config.training.seed,
        experiment: config.experiment,
        fingerprint: identity,
        epochs: config.training.epochs,
        state: 'planned',
        since: new Date(now()).toISOString(),
        attempts: 0,
      });
    }
    // Two processes may have planned different settings under one name at once: the one that came first has it.
    if ((await readCell(folder))?.fingerprint === identity) return { ...cell, name, folder };
  }
  throw cannot(`plan ${cellName(cell)}`, 'other runs have its names', { place: root, hint: 'choose another --out' });
}
