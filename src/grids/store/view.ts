// Current state of a store: the state and progress of each cell.
import { join } from 'node:path';
import { isFile } from '../../config/find.js';
import { fingerprints } from '../../config/fingerprint.js';
import { loadConfig } from '../../config/load.js';
import { lockHolder, processStart, thisProcess } from '../../common/lock.js';
import { meanOf } from '../../common/statistics/samples.js';
import { columnOf, lastEpochs } from '../../records/metrics-columns.js';
import { readInputs } from '../../records/inputs.js';
import { readTableOr } from '../../records/number-table.js';
import { runFolder } from '../../records/run-folder.js';
import type { RunSummary } from '../../records/summary.js';
import { readCell, type CellRecord } from './cell.js';
import type { JobLook, JobLookup } from './job.js';
import { summaryOf } from './summary.js';
import { unreadableRun } from './unreadable.js';

/** The current state of a cell. */
interface CellView extends CellRecord {
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  /** Completed epochs. */
  readonly epochsDone: number;
  /** Error of the last evaluated epoch, on the run's evaluation images. */
  readonly testErrorPercent?: number;
  /** Mean error of the last ten epochs so far, or of the evaluated ones among them, as shown in tables and grids. */
  readonly last10MeanTestErrorPercent?: number;
  /** The name of its job in a cluster's queue, such as `12_3`. */
  readonly jobName?: string;
}

/** A cell in a list; if its files cannot be read, only name, folder, the state `failed` and the reason. */
export interface ListedCell extends Partial<CellView> {
  readonly name: string;
  readonly folder: string;
  readonly state: CellRecord['state'];
  /** For a generator, which has no epochs: total iterations, and recorded ones. */
  readonly iterations?: number;
  readonly iterationsDone?: number;
}

const collator = new Intl.Collator('en', { numeric: true });

/** Fractions with equally many digits, because the collator compares the digits after a point as a whole number. */
const withFullFractions = (name: string): string =>
  name.replaceAll(/(?<![\d.])\d+\.\d+(?!\.?\d)/g, (decimal) => decimal.padEnd(20, '0'));

/** Compares names of runs, with numbers in numeric order, also `lambda0-0.25` and `lambda0-0.5`. */
export const byName = (a: string, b: string): number => collator.compare(withFullFractions(a), withFullFractions(b));

/** Path of the lock with which a process claims a cell. */
export const claimPath = (folder: string): string => join(folder, '.claim');

const holderOf = (path: string, now: () => number): Promise<string | undefined> =>
  lockHolder(path, thisProcess, { now, startOf: processStart });

/** Describes the living process that trains in a cell's folder; the process that started it may be dead. */
export function runHolder(folder: string, now: () => number): Promise<string | undefined> {
  return holderOf(runFolder(folder).lock, now);
}

/** Describes the living process of a cell: its run, or the process that started it or is starting it. */
async function cellHolder(folder: string, now: () => number): Promise<string | undefined> {
  return (await runHolder(folder, now)) ?? (await holderOf(claimPath(folder), now));
}

/**
 * Reads the progress of a run from its metrics.csv: the number of complete lines without the header, and the last
 * errors. The file may be missing or being written; a mean with a damaged cell is left out. Errors: it cannot be read.
 */
export async function readProgress(
  folder: string,
): Promise<Pick<CellView, 'epochsDone' | 'testErrorPercent' | 'last10MeanTestErrorPercent'>> {
  const text = await readTableOr('', runFolder(folder).metrics);
  const [header, ...rows] = text.split('\n').slice(0, -1);
  const place = header?.split(',').indexOf(columnOf('testError'));
  const errors = rows.map((row) => row.split(',')[place]);
  const last = errors.findLast((error) => error !== '');
  const end = errors.slice(-lastEpochs).filter((error) => error !== '');
  const mean = meanOf(end.map(Number));
  return {
    epochsDone: rows.length,
    ...(Number.isFinite(Number(last)) && { testErrorPercent: Number(last) }),
    ...(Number.isFinite(mean) && { last10MeanTestErrorPercent: mean }),
  };
}

/**
 * Returns the current state of a cell from its record. Without a living process (`held`), a run is `done` if its
 * summary exists, whoever created it; else, if recorded as running or done, `stopped`. A run started by hand counts as
 * running too. `look`: the queue's answer for a queued cell, which stays queued if the queue was not queried.
 */
export function presentState(
  record: CellRecord,
  held: boolean,
  summaryThere: boolean,
  look?: JobLook,
): CellRecord['state'] {
  if (held) return 'running';
  if (summaryThere) return 'done';
  if (record.state === 'queued') {
    return look === undefined ? 'queued' : look.phase === 'ended' ? look.end.state : look.phase;
  }
  return record.state === 'running' || record.state === 'done' ? 'stopped' : record.state;
}

/** Returns the reason for the state of a cell, in one line. */
function reasonFor(record: CellRecord, state: CellRecord['state'], look: JobLook | undefined): string | undefined {
  if (record.state === 'running' && state === 'stopped') return 'its process ended unexpectedly';
  if (state === 'done') return undefined;
  // The record of a running cell may only contain the reason of an earlier end.
  if (look === undefined) return state === 'running' ? undefined : record.reason;
  return look.phase === 'ended' ? look.end.reason : look.note;
}

/** The state of a cell, with its summary if it is done, or the error if the summary cannot be used. */
interface CellLook {
  readonly view: CellView;
  readonly summary?: RunSummary;
  readonly damage?: Error;
}

/**
 * Reads the current state of a cell; undefined if the folder has none. `jobs` queries a cluster's queue for queued
 * cells. A done cell counts as failed if its summary cannot be used; whether the summary matches the metrics is not
 * checked. Errors: files that cannot be read; a queue that cannot be queried.
 */
export async function lookAtCell(
  root: string,
  name: string,
  now: () => number,
  jobs?: JobLookup,
): Promise<CellLook | undefined> {
  const folder = join(root, name);
  const record = await readCell(folder);
  if (record === undefined) return undefined;
  const held = (await cellHolder(folder, now)) !== undefined;
  const look = record.state === 'queued' && record.job ? await jobs?.(folder, record.job) : undefined;
  const present = presentState(record, held, isFile(runFolder(folder).summary), look);
  const outcome = present === 'done' ? await outcomeIn(folder, record.fingerprint) : {};
  const state = outcome.damage === undefined ? present : 'failed';
  const progress = state === 'planned' ? { epochsDone: 0 } : await readProgress(folder);
  const inQueue = look === undefined || look.phase === 'ended' ? {} : { jobName: look.name };
  const reason =
    outcome.damage === undefined ? reasonFor(record, state, look) : unreadableRun(folder, outcome.damage).reason;
  return { view: { ...record, reason, state, name, folder, ...progress, ...inQueue }, ...outcome };
}

/**
 * Whether all of the given fingerprints belong to a folder's own config: a resumed run has fingerprints of the current
 * and of older forms, and those of the settings that it was resumed from.
 */
async function areOfOneConfig(folder: string, stored: readonly string[]): Promise<boolean> {
  const { config: path, inputs } = runFolder(folder);
  if (!isFile(path)) return false;
  const { config } = loadConfig(path, { configsDirectory: folder, workingDirectory: folder });
  const { earlierSettings = [] } = (await readInputs(inputs).catch(() => undefined)) ?? {};
  const known = [...fingerprints(config), ...earlierSettings];
  return stored.every((each) => known.includes(each));
}

/** Returns the summary of a done run with these settings, or the error if it cannot be used. */
async function outcomeIn(folder: string, settings: string): Promise<Pick<CellLook, 'summary' | 'damage'>> {
  const isOwn = async (stored: string): Promise<boolean> =>
    stored === settings || (await areOfOneConfig(folder, [stored, settings]));
  try {
    return { summary: await summaryOf(folder, isOwn) };
  } catch (error) {
    return { damage: error as Error };
  }
}

/** Returns the view of `lookAtCell`. */
export async function viewCell(...args: Parameters<typeof lookAtCell>): Promise<CellView | undefined> {
  return (await lookAtCell(...args))?.view;
}

/** As `viewCell`, for lists: a cell that cannot be read is listed as failed. */
export async function viewInList(...args: Parameters<typeof viewCell>): Promise<ListedCell | undefined> {
  try {
    return await viewCell(...args);
  } catch (error) {
    const [root, name] = args;
    return { ...unreadableRun(join(root, name), error), state: 'failed' };
  }
}
