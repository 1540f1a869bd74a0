// Lists the runs of stores and run folders with their fingerprint and outcome.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pMap from 'p-map';
import { maxOpenFiles } from '../../common/files.js';
import { isFile } from '../../config/find.js';
import { isGanConfig, loadConfig } from '../../config/load.js';
import { fingerprint, fingerprintAnywhere, isFingerprintOf } from '../../config/fingerprint.js';
import { runFolder } from '../../records/run-folder.js';
import type { RunSummary } from '../../records/summary.js';
import type { CellState } from './cell.js';
import { storeCommands } from './store.js';
import { summaryOf } from './summary.js';
import { folderFailure, runsWithoutName, unreadableRun, type UnreadableRun } from './unreadable.js';
import { byName, lookAtCell, runHolder } from './view.js';

export interface StoredRun {
  /** The folder that contains the run folder. */
  readonly store: string;
  /** Name of the run folder. */
  readonly name: string;
  readonly folder: string;
  /** Its row of the grid; for a run of `isda train`, the name of the experiment. */
  readonly row: string;
  /** Whether a grid planned it; otherwise it was started with `isda train`. */
  readonly ofGrid: boolean;
  /** One of the `fingerprints` of the resolved config. */
  readonly fingerprint: string;
  /** Only for image folders: its `fingerprintAnywhere`. */
  readonly anywhere?: string | undefined;
  readonly state: CellState;
  /** Why it failed or stopped. */
  readonly reason?: string;
  /** Present if it is done. */
  readonly summary?: RunSummary;
}

export interface StoredRuns {
  readonly runs: readonly StoredRun[];
  readonly unreadable: readonly UnreadableRun[];
}

interface Candidates extends Pick<StoredRuns, 'unreadable'> {
  readonly folders: readonly string[];
}

/** Returns the folders that may be runs: `folder` itself, or its subfolders, sorted by name. */
async function candidatesIn(folder: string): Promise<Candidates> {
  if (isFile(runFolder(folder).config)) return { folders: [folder], unreadable: [] };
  const names = await readdir(folder).catch((error: unknown) => {
    const hint = `--store names a folder of runs, such as ${storeCommands} make`;
    throw folderFailure('read the runs', folder, error, hint);
  });
  const folders = names.sort(byName).map((name) => join(folder, name));
  return { folders, unreadable: runsWithoutName(folder, names) };
}

/** Reads a run of `isda train`; undefined if the folder has none, or the run of a generator. */
async function plainRun(folder: string, now: () => number) {
  const files = runFolder(folder);
  if (!isFile(files.config)) return undefined;
  const places = { configsDirectory: folder, workingDirectory: folder };
  if (isGanConfig(files.config, places)) return undefined;
  const { config } = loadConfig(files.config, places);
  const summary = await summaryOf(folder, (stored) => isFingerprintOf(config, stored));
  const held = (await runHolder(folder, now)) !== undefined;
  const state: CellState = held ? 'running' : summary === undefined ? 'stopped' : 'done';
  const identity = { fingerprint: fingerprint(config), anywhere: fingerprintAnywhere(config) };
  return { row: config.experiment, ofGrid: false, ...identity, state, summary };
}

/** Returns the `fingerprintAnywhere` of a run folder's config, which is parsed only if it may be of an image folder. */
async function anywhereOf(folder: string): Promise<string | undefined> {
  const path = runFolder(folder).config;
  const text = await readFile(path, 'utf8').catch(() => '');
  if (!text.includes('image-folder')) return undefined;
  return fingerprintAnywhere(loadConfig(path, { configsDirectory: folder, workingDirectory: folder }).config);
}

/**
 * Reads a run of a grid; undefined if the folder has none. Errors: also if it is done and its summary cannot be used.
 */
async function gridRun(folder: string, now: () => number) {
  const look = await lookAtCell(dirname(folder), basename(folder), now);
  if (look === undefined) return undefined;
  if (look.damage !== undefined) throw look.damage;
  const { row, fingerprint: identity, state, reason } = look.view;
  const anywhere = look.summary && (await anywhereOf(folder));
  return {
    row,
    ofGrid: true,
    fingerprint: identity,
    ...(anywhere && { anywhere }),
    state,
    reason,
    summary: look.summary,
  };
}

/**
 * Reads the runs in some folders (absolute), each a store, another folder of run folders, or one run folder; a run
 * that is found twice counts once. Unreadable runs are listed separately. `now`: milliseconds since the epoch. Errors:
 * a folder does not exist.
 */
export async function readStoredRuns(folders: readonly string[], now: () => number): Promise<StoredRuns> {
  const all = await pMap(new Set(folders), candidatesIn, { concurrency: 1 });
  const candidates = new Set(all.flatMap((each) => each.folders));
  const found = await pMap(
    candidates,
    async (folder) => {
      try {
        const run = (await gridRun(folder, now)) ?? (await plainRun(folder, now));
        return run && { run: { store: dirname(folder), name: basename(folder), folder, ...run } };
      } catch (error) {
        return { unreadable: unreadableRun(folder, error) };
      }
    },
    { concurrency: maxOpenFiles },
  );
  return {
    runs: found.flatMap((each) => each?.run ?? []),
    unreadable: [...all.flatMap((each) => each.unreadable), ...found.flatMap((each) => each?.unreadable ?? [])],
  };
}
