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
import { listCheckpoints } from '../../records/checkpoint-names.js';
import { readInputs } from '../../records/inputs.js';
import { runFolder } from '../../records/run-folder.js';
import { formatCell, readCell, type CellRecord } from './cell.js';

/** What makes stores, in help and hints. */
export const storeCommands = '`isda study`, `isda ablate`, `isda sweep` and `isda table --run`';

/** The images that a config means here, as runs know them. */
export interface CellImages {
  readonly checksum: string;
  /** What earlier versions knew them by. */
  readonly earlier?: string | undefined;
}

/** One run of a grid. Its experiment's name and its seed name its folder. */
export interface Cell {
  /** The row of the grid that it belongs to. */
  readonly row: string;
  readonly config: ExperimentConfig;
  /** Where they are known. */
  readonly data?: CellImages | undefined;
}

/** A cell with its folder in a store. */
export interface StoredCell extends Cell {
  /** The folder's name. */
  readonly name: string;
  /** The run folder, absolute. */
  readonly folder: string;
  /** Fingerprints of the run's own config, where that names the folder of the images otherwise. */
  readonly earlier?: readonly string[];
}

/** What a folder holds: a planned run, one that `isda train` made by itself, or nothing. */
interface Found {
  /** `damaged`: there is a cell.json that cannot be read. */
  readonly record?: CellRecord | 'damaged';
  /** Of its cell.json, else of its config.yaml; `unknown` where that cannot be read either. */
  readonly identity?: string;
}

/** The config of a run folder; undefined where there is none, or it cannot be read. */
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

/**
 * Whether a folder of a cell's name is its own; one with a damaged record is, unless its config.yaml says otherwise.
 */
const isOf = ({ record, identity }: Found, wanted: readonly string[]): boolean =>
  (identity !== undefined && wanted.includes(identity)) ||
  (record === 'damaged' && (identity ?? 'unknown') === 'unknown');

/** Writes a first cell.json, unless another process has in the meantime. */
async function createRecord(folder: string, record: CellRecord): Promise<void> {
  const path = join(folder, 'cell.json');
  try {
    await createFile(path, formatCell(record));
  } catch (error) {
    throw await writeFailureWithSpace(path, error);
  }
}

/** The folder name of a cell: `<experiment>-seed<N>`. */
export function cellName({ config }: Cell): string {
  return `${config.experiment}-seed${config.training.seed}`;
}

/**
 * The names a cell's folder may have, in the order they are tried: the second one where other settings have the first,
 * others where it was planned under a fingerprint of an older form, the last where the others have runs on other
 * images.
 */
function namesOf(cell: Cell, identities: readonly string[]): readonly string[] {
  const name = cellName(cell);
  const onImages = cell.data && createHash('sha256').update(`${identities[0]} ${cell.data.checksum}`).digest('hex');
  const marks = [...identities, ...(onImages === undefined ? [] : [onImages])];
  return [name, ...marks.map((mark) => `${name}-${mark.slice(0, 8)}`)];
}

/**
 * The checksum of the images that a folder's run has a checkpoint of; undefined where there is none, or it is not
 * known.
 */
async function imagesIn(folder: string): Promise<string | undefined> {
  const { inputs, checkpoints } = runFolder(folder);
  const data = (await readInputs(inputs).catch(() => undefined))?.data;
  // Without a checkpoint it begins anew.
  return data !== undefined && (await listCheckpoints(checkpoints)).length > 0 ? data.checksum : undefined;
}

const isOneOf = ({ checksum, earlier }: CellImages, images: string): boolean => [checksum, earlier].includes(images);

/** Whether a folder's run is on other images than a cell's. */
async function isOnOthers(folder: string, data: CellImages | undefined): Promise<boolean> {
  const images = data && (await imagesIn(folder));
  return data !== undefined && images !== undefined && !isOneOf(data, images);
}

/**
 * Finds a cell in the store without making anything; undefined where it is not there. Where it is known which images
 * the cell means (`cell.data`), a run on others is not it, and one on an image folder of another name is where it has
 * them.
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

/** A cell of an image folder whose run names the folder otherwise, and has the same images. */
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
 * The config of a folder's run where only the name of the folder of the images differs from a cell's, and they do not.
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

/** Whether a folder's run is that of a cell, on its images where these are known. */
export async function holdsRunOf(folder: string, cell: Cell): Promise<boolean> {
  const own = configIn(folder);
  if (own === undefined || (await isOnOthers(folder, cell.data))) return false;
  return isFingerprintOf(own, fingerprint(cell.config)) || (await sameRunElsewhere(folder, cell)) !== undefined;
}

/**
 * Finds a cell in the store `root` (absolute) or plans it. The same settings find the same folder, whoever asks and how
 * often; other settings under the same name get a folder with a part of their fingerprint in its name. A cell whose
 * record is damaged is found too: that it cannot be used is for its claim to tell. `now`: milliseconds since the epoch.
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
    // Two processes may have planned different settings under one name at once: the one that came first has it.
    if (isOf(await runIn(folder), identities)) return { ...cell, name, folder };
  }
  throw cannot(`create the run ${cellName(cell)}`, 'other runs use its folder names', {
    code: 'store/conflict',
    place: root,
    hint: 'choose another --out',
  });
}
