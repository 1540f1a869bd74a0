// The runs of stores and of plain run folders, with all that figures and reports say about them.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cannot, reasonOf, systemCode } from '../../common/errors.js';
import { readFailure } from '../../common/files.js';
import { isFile } from '../../config/find.js';
import { loadConfig } from '../../config/load.js';
import type { ExperimentConfig } from '../../config/schema.js';
import type { CellState } from '../../experiments/store/cell.js';
import { runHolder, viewCell } from '../../experiments/store/view.js';
import type { MetricsRow } from '../../training/records/metrics-columns.js';
import { readMetrics } from '../../training/records/metrics-csv.js';
import { runFolder } from '../../training/records/run-folder.js';

export interface StoredRun {
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  readonly config: ExperimentConfig;
  /** The row of the grid that it belongs to; of a run that `isda train` made, the experiment's name. */
  readonly row: string;
  readonly state: CellState;
  /** Why it failed or stopped. */
  readonly reason?: string;
  /** Completed epochs, in order. */
  readonly rows: readonly MetricsRow[];
}

/** A run folder whose files cannot be read, and why. */
export interface UnreadableRun {
  readonly name: string;
  readonly folder: string;
  readonly reason: string;
}

export interface StoredRuns {
  readonly runs: readonly StoredRun[];
  readonly unreadable: readonly UnreadableRun[];
}

const byName = new Intl.Collator('en', { numeric: true });

/** The run folders that `folder` means: itself, or those directly in it, in the order of their names. */
async function runFoldersIn(folder: string): Promise<string[]> {
  const isRun = (path: string): boolean => isFile(runFolder(path).config);
  if (isRun(folder)) return [folder];
  const names = await readdir(folder).catch((error: unknown) => {
    const hint = '--store names a folder of runs, such as `isda study`, `isda ablate` and `isda sweep` make';
    if (systemCode(error) !== 'ENOENT') throw readFailure(folder, error, hint);
    throw cannot('read the runs', 'there is no such folder', { place: folder, hint });
  });
  return names
    .sort((a, b) => byName.compare(a, b))
    .map((name) => join(folder, name))
    .filter(isRun);
}

/** State and row of a run; `now`: milliseconds since the epoch. */
async function standing(
  folder: string,
  experiment: string,
  now: () => number,
): Promise<Pick<StoredRun, 'row' | 'state' | 'reason'>> {
  const cell = await viewCell(folder, '.', now);
  if (cell !== undefined) return { row: cell.row, state: cell.state, reason: cell.reason };
  const held = (await runHolder(folder, now)) !== undefined;
  const ended = isFile(runFolder(folder).summary) ? 'done' : 'stopped';
  return { row: experiment, state: held ? 'running' : ended };
}

async function readRun(folder: string, now: () => number): Promise<StoredRun> {
  const files = runFolder(folder);
  const { config } = loadConfig(files.config, { configsDirectory: folder, workingDirectory: folder });
  const rows = isFile(files.metrics) ? await readMetrics(files.metrics) : [];
  return { name: basename(folder), folder, config, rows, ...(await standing(folder, config.experiment, now)) };
}

/**
 * The runs in some folders (absolute), each a store, any folder of run folders, or one run folder; a run that two of them
 * hold counts once. What cannot be read is listed beside. Errors: a folder that is not there.
 */
export async function readStoredRuns(folders: readonly string[], now: () => number): Promise<StoredRuns> {
  const runs: StoredRun[] = [];
  const unreadable: UnreadableRun[] = [];
  const found = new Set<string>();
  for (const store of folders) for (const folder of await runFoldersIn(store)) found.add(folder);
  for (const folder of found) {
    try {
      runs.push(await readRun(folder, now));
    } catch (error) {
      unreadable.push({ name: basename(folder), folder, reason: reasonOf(error).split('\n')[0] });
    }
  }
  return { runs, unreadable };
}
