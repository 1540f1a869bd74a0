// Lists the runs in a folder: cells of a grid, runs of `isda train` and `isda gan train`, and stores in the folder.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pMap from 'p-map';
import { z } from 'zod';
import { maxOpenFiles } from '../../common/files.js';
import { fingerprint, isFingerprintOf } from '../../config/fingerprint.js';
import { isFile } from '../../config/find.js';
import { loadAnyConfig } from '../../config/load.js';
import { runFolder } from '../../records/run-folder.js';
import type { JobLookup } from './job.js';
import { storeCommands } from './store.js';
import { summaryOf } from './summary.js';
import { folderFailure, runsWithoutName, unreadableRun } from './unreadable.js';
import { byName, readProgress, runHolder, viewInList, type ListedCell } from './view.js';

interface ListedRuns {
  /** Sorted by name, with numbers in numeric order. */
  readonly runs: readonly ListedCell[];
  /** Subfolders that contain runs. */
  readonly stores: readonly string[];
}

/** Whether a folder is a run folder; a config.yaml alone is not enough. */
const isRun = (folder: string): boolean => {
  const { config, log, metrics, summary } = runFolder(folder);
  return isFile(config) && [log, metrics, summary].some(isFile);
};

/** Returns the number of iterations of a generator from its summary or its losses, which may be being written. */
async function iterationsIn(folder: string): Promise<number> {
  const { summary } = runFolder(folder);
  const text = await readFile(summary, 'utf8').catch(() => '{}');
  const done = ganOutcome.safeParse(tryJson(text)).data?.iterations ?? 0;
  const losses = await readFile(join(folder, 'losses.csv'), 'utf8').catch(() => '');
  const last = losses.split('\n').slice(1, -1).at(-1);
  return Math.max(done, Number.parseInt(last ?? '0', 10) || 0);
}

const ganOutcome = z.object({ iterations: z.int().min(0) });

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns a run that does not belong to a grid; undefined if the folder has none. Errors: its files cannot be used. */
async function plainView(folder: string, now: () => number): Promise<ListedCell | undefined> {
  if (!isRun(folder)) return undefined;
  const files = runFolder(folder);
  const config = loadAnyConfig(files.config, { configsDirectory: folder, workingDirectory: folder });
  const { experiment } = config;
  const { seed } = config.training;
  const held = (await runHolder(folder, now)) !== undefined;
  const about = { name: basename(folder), folder, experiment, seed };
  if ('gan' in config) {
    const { iterations } = config.training;
    const iterationsDone = await iterationsIn(folder);
    const isDone = isFile(files.summary) && iterationsDone >= iterations;
    return { ...about, state: held ? 'running' : isDone ? 'done' : 'stopped', iterations, iterationsDone };
  }
  const summary = await summaryOf(folder, (stored) => isFingerprintOf(config, stored));
  const state = held ? 'running' : summary === undefined ? 'stopped' : 'done';
  const { epochs } = config.training;
  return {
    ...about,
    row: experiment,
    fingerprint: fingerprint(config),
    epochs,
    state,
    ...(await readProgress(folder)),
  };
}

async function listedRun(folder: string, now: () => number, jobs?: JobLookup): Promise<ListedCell | undefined> {
  const cell = await viewInList(dirname(folder), basename(folder), now, jobs);
  if (cell !== undefined) return cell;
  try {
    return await plainView(folder, now);
  } catch (error) {
    return { ...unreadableRun(folder, error), state: 'failed' };
  }
}

/** Whether a folder contains run folders. */
async function holdsRuns(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => isFile(join(folder, name, 'cell.json')) || isRun(join(folder, name)));
}

/**
 * Lists every run in `root`, or `root` itself if it is a run. `jobs` queries a cluster's queue. A run that cannot be
 * read is listed as failed. Errors: the folder does not exist or cannot be read.
 */
export async function listRuns(root: string, now: () => number, jobs?: JobLookup): Promise<ListedRuns> {
  const names = await readdir(root).catch((error: unknown) => {
    const hint = `${storeCommands} make a folder of runs, and \`isda train\` makes its own in runs/`;
    throw folderFailure('list the runs', root, error, hint);
  });
  const itself = await listedRun(root, now, jobs);
  if (itself !== undefined) return { runs: [itself], stores: [] };
  const found = await pMap(
    names,
    async (name) => {
      const folder = join(root, name);
      const run = await listedRun(folder, now, jobs);
      return run ?? ((await holdsRuns(folder)) ? folder : undefined);
    },
    { concurrency: maxOpenFiles },
  );
  const unnamed = runsWithoutName(root, names).map((run): ListedCell => ({ ...run, state: 'failed' }));
  const runs = [...found.filter((each) => typeof each === 'object'), ...unnamed];
  return {
    runs: runs.sort((a, b) => byName(a.name, b.name)),
    stores: found.filter((each) => typeof each === 'string').sort(byName),
  };
}
