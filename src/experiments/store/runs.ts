// The runs of a store as results: what each is, by the fingerprint of its settings, and its summary where it is done.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isFolder } from '../../config/find.js';
import { runFolder } from '../../training/records/run-folder.js';
import { readSummary, type RunSummary } from '../../training/records/summary.js';
import type { CellState } from './cell.js';
import { fingerprintIn } from './store.js';
import { listStore, type CellView } from './view.js';

export interface StoreRun {
  readonly store: string;
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  /** `fingerprint` of the resolved config. */
  readonly fingerprint: string;
  readonly state: CellState;
  readonly epochsDone: number;
  /** Why it failed or stopped. */
  readonly reason?: string;
  /** Where the run is done. */
  readonly summary?: RunSummary;
}

/** A folder that `isda train` made by itself counts once it is done. */
async function plainRun(store: string, name: string): Promise<StoreRun | undefined> {
  const folder = join(store, name);
  const summary = await readSummary(runFolder(folder).summary);
  if (summary === undefined) return undefined;
  const { identity } = await fingerprintIn(folder);
  if (identity === undefined) return undefined;
  return { store, name, folder, fingerprint: identity, state: 'done', epochsDone: summary.epochs, summary };
}

async function cellRun(store: string, view: CellView): Promise<StoreRun> {
  const { name, folder, fingerprint, state, epochsDone, reason } = view;
  const run = { store, name, folder, fingerprint, state, epochsDone, reason };
  return state === 'done' ? { ...run, summary: await readSummary(runFolder(folder).summary) } : run;
}

/**
 * Every run of the store `root` (absolute), those of grids and those that `isda train` left there; none where there is
 * no such folder. `now`: milliseconds since the epoch. Errors: files that cannot be read.
 */
export async function readRuns(root: string, now: () => number): Promise<readonly StoreRun[]> {
  if (!isFolder(root)) return [];
  const views = await listStore(root, now);
  const known = new Set(views.map(({ name }) => name));
  const others = (await readdir(root, { withFileTypes: true })).filter(
    (entry) => !known.has(entry.name) && isFolder(join(root, entry.name)),
  );
  const plain = await Promise.all(others.map(({ name }) => plainRun(root, name)));
  const cells = await Promise.all(views.map((view) => cellRun(root, view)));
  return [...cells, ...plain.filter((run) => run !== undefined)];
}
