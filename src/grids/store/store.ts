// The run store: one folder per run of a grid, found by the run's fingerprint.
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '../../common/create-file.js';
import { cannot } from '../../common/errors.js';
import { makeFolder, writeFailureWithSpace } from '../../common/files.js';
import { isFile } from '../../config/find.js';
import { loadConfig } from '../../config/load.js';
import { fingerprint, fingerprints, isFingerprintOf } from '../../config/fingerprint.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { hasCheckpoints } from '../../records/checkpoint-names.js';
import { readInputs } from '../../records/inputs.js';
import { runFolder } from '../../records/run-folder.js';
import { formatCell, readCell, type CellRecord } from './cell.js';

/** The commands that create stores, for help and hints. */
export const storeCommands = '`isda study`, `isda ablate`, `isda sweep` and `isda table --run`';

/** The images that a config refers to on this machine, by the checksum that runs record. */
export interface CellImages {
  readonly checksum: string;
  /** Their checksum in earlier versions. */
  readonly earlier?: string | undefined;
}

/** One run of a grid. Its folder is named by its experiment and its seed. */
export interface Cell {
  /** Its row of the grid. */
  readonly row: string;
  readonly config: ExperimentConfig;
  /** Its images, if known. */
  readonly data?: CellImages | undefined;
}

/** A cell with its folder in a store. */
export interface StoredCell extends Cell {
  /** The folder's name. */
  readonly name: string;
  /** The run folder, absolute. */
  readonly folder: string;
  /** Fingerprints of the run's own config, if that has another name for the folder of the images. */
  readonly earlier?: readonly string[];
}

/** The content of a folder: a planned run, a run of `isda train`, or nothing. */
interface Found {
  /** `damaged`: its cell.json cannot be read. */
  readonly record?: CellRecord | 'damaged';
  /** Fingerprint in its cell.json, else of its config.yaml; `unknown` if that cannot be read either. */
  readonly identity?: string;
}

/** Reads the config of a run folder; undefined if there is none, or it cannot be read. */
function configIn(folder: string): ExperimentConfig | undefined {
  try {
    return loadConfig(runFolder(folder).config, { configsDirectory: folder, workingDirectory: folder }).config;
  } catch {
    return undefined;
  }
}

async function runIn(folder: string): Promise<Found> {
  const record = await readCell(folder).catch(() => 'damaged' as const);
  if (record !== undefined && record !== 'damaged') return { record, identity: record.fingerprint };
  if (!isFile(runFolder(folder).config)) return { record };
  const config = configIn(folder);
  return { record, identity: config === undefined ? 'unknown' : fingerprint(config) };
}

/** Whether a folder with a cell's name is its own; with a damaged record, unless its config.yaml has other settings. */
const isOf = ({ record, identity }: Found, wanted: readonly string[]): boolean =>
  (identity !== undefined && wanted.includes(identity)) ||
  (record === 'damaged' && (identity ?? 'unknown') === 'unknown');

/** Writes the first cell.json, unless another process has done so. */
async function createRecord(folder: string, record: CellRecord): Promise<void> {
  const path = join(folder, 'cell.json');
  try {
    await createFile(path, formatCell(record));
  } catch (error) {
    throw await writeFailureWithSpace(path, error);
  }
}

/** Returns the folder name of a cell: `<experiment>-seed<N>`. */
export function cellName({ config }: Cell): string {
  return `${config.experiment}-seed${config.training.seed}`;
}

/**
 * Returns the possible names of a cell's folder, in the order in which they are tried: the second if other settings
 * use the first, further ones if it was planned under a fingerprint of an older form, the last if the others contain
 * runs on other images.
 */
function namesOf(cell: Cell, identities: readonly string[]): readonly string[] {
  const name = cellName(cell);
  const onImages = cell.data && createHash('sha256').update(`${identities[0]} ${cell.data.checksum}`).digest('hex');
  const marks = [...identities, ...(onImages === undefined ? [] : [onImages])];
  return [name, ...marks.map((mark) => `${name}-${mark.slice(0, 8)}`)];
}

/**
 * Returns the checksum of the images of a folder's run with checkpoints; undefined if there are none, or it is
 * unknown.
 */
async function imagesIn(folder: string): Promise<string | undefined> {
  const { inputs, checkpoints } = runFolder(folder);
  const data = (await readInputs(inputs).catch(() => undefined))?.data;
  // Without a checkpoint the run starts from scratch.
  return data !== undefined && (await hasCheckpoints(checkpoints)) ? data.checksum : undefined;
}

const isOneOf = ({ checksum, earlier }: CellImages, images: string): boolean => [checksum, earlier].includes(images);

/** Whether a folder's run uses other images than a cell. */
async function isOnOthers(folder: string, data: CellImages | undefined): Promise<boolean> {
  const images = data && (await imagesIn(folder));
  return data !== undefined && images !== undefined && !isOneOf(data, images);
}

/**
 * Finds a cell in the store without creating anything; undefined if it is not there. If the images of the cell are
 * known (`cell.data`), a run on other images does not match, and a run on an image folder of another name matches if
 * the images are the same.
 */
export async function findCell(root: string, cell: Cell): Promise<StoredCell | undefined> {
  const identities = fingerprints(cell.config);
  for (const name of namesOf(cell, identities)) {
    const folder = join(root, name);
    const found = await runIn(folder);
    if (found.record === undefined || !isOf(found, identities)) continue;
    if (!(await isOnOthers(folder, cell.data))) return { ...cell, name, folder };
  }
  return findByImages(root, cell);
}

/** Finds the run of a cell on an image folder of another name with the same images. */
async function findByImages(root: string, cell: Cell): Promise<StoredCell | undefined> {
  const { config, data } = cell;
  if (data === undefined || config.dataset.name !== 'image-folder') return undefined;
  const plain = cellName(cell);
  const isName = (name: string): boolean =>
    name === plain || (name.startsWith(`${plain}-`) && /^[0-9a-f]{8}$/.test(name.slice(plain.length + 1)));
  for (const name of (await readdir(root).catch(() => [])).filter(isName).sort()) {
    const folder = join(root, name);
    if (!isFile(join(folder, 'cell.json'))) continue;
    const own = await sameRunElsewhere(folder, cell);
    if (own !== undefined) return { ...cell, name, folder, earlier: fingerprints(own) };
  }
  return undefined;
}

/**
 * Returns the config of a folder's run if it differs from a cell's only in the name of the folder of the same images.
 */
async function sameRunElsewhere(folder: string, { config, data }: Cell): Promise<ExperimentConfig | undefined> {
  const own = configIn(folder);
  if (data === undefined || config.dataset.name !== 'image-folder' || own?.dataset.name !== 'image-folder')
    return undefined;
  const { dir } = config.dataset;
  if (!isFingerprintOf({ ...own, dataset: { ...own.dataset, dir } }, fingerprint(config))) return undefined;
  const images = await imagesIn(folder);
  return images !== undefined && isOneOf(data, images) ? own : undefined;
}

/** Whether a folder's run is that of a cell, and on its images if these are known. */
export async function holdsRunOf(folder: string, cell: Cell): Promise<boolean> {
  const own = configIn(folder);
  if (own === undefined || (await isOnOthers(folder, cell.data))) return false;
  return isFingerprintOf(own, fingerprint(cell.config)) || (await sameRunElsewhere(folder, cell)) !== undefined;
}

/**
 * Finds a cell in the store `root` (absolute) or plans it. The same settings always get the same folder; other
 * settings with the same name get a folder with a part of their fingerprint in its name. A cell with a damaged record
 * is found too; its claim reports that it cannot be used. `now`: milliseconds since the epoch.
 * Errors: the folder cannot be written.
 */
export async function placeCell(root: string, cell: Cell, now: () => number): Promise<StoredCell> {
  const { config, row } = cell;
  const known = await findCell(root, cell);
  if (known !== undefined) return known;
  const identities = fingerprints(config);
  for (const name of namesOf(cell, identities)) {
    const folder = join(root, name);
    const before = await runIn(folder);
    const isEmpty = before.record === undefined && before.identity === undefined;
    if (!isEmpty && (!isOf(before, identities) || (await isOnOthers(folder, cell.data)))) continue;
    if (before.record === undefined) {
      await makeFolder(folder);
      await createRecord(folder, {
        row,
        seed: config.training.seed,
        experiment: config.experiment,
        fingerprint: identities[0],
        epochs: config.training.epochs,
        state: 'planned',
        since: new Date(now()).toISOString(),
        attempts: 0,
      });
    }
    // Two processes may plan different settings with one name at the same time: the folder belongs to the first.
    if (isOf(await runIn(folder), identities)) return { ...cell, name, folder };
  }
  throw cannot(`create the run ${cellName(cell)}`, 'other runs use its folder names', {
    code: 'store/conflict',
    place: root,
    hint: 'choose another --out',
  });
}
