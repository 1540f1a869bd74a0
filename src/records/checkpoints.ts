// Checkpoints of a run: the newest ones and the best, written durably, and used only by the same experiment.
import { link, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cannot, IsdaError, reasonOf, systemCode } from '../common/errors.js';
import {
  makeFolder,
  readFailure,
  readWhole,
  removeLeftovers,
  syncFolder,
  temporaryPath,
  writeFileAtomically,
} from '../common/files.js';
import { decodeCheckpoint, encodeCheckpoint, formatVersion, type CheckpointState } from './checkpoint-file.js';
import {
  compare,
  listCheckpoints,
  nameOf,
  type CheckpointChoice,
  type CheckpointFile,
  type Place,
} from './checkpoint-names.js';

export interface LoadedCheckpoint extends CheckpointState {
  readonly path: string;
  /** A message for each newer checkpoint that could not be used. */
  readonly warnings: readonly string[];
}

/** The newest or best checkpoint, that of an epoch, or any file. */
export type CheckpointSelection = CheckpointChoice | { readonly epoch: number } | { readonly file: string };

/** Creates the folder of a run's checkpoints and deletes files of interrupted writes. */
export async function openCheckpoints(folder: string): Promise<void> {
  await makeFolder(folder);
  await removeLeftovers(folder);
}

async function removeAll(folder: string, files: readonly CheckpointFile[]): Promise<void> {
  for (const { name } of files) await rm(join(folder, name), { force: true });
}

/** Creates a hard link to a file; returns false if the file system does not support it. */
async function linked(path: string, second: string): Promise<boolean> {
  const aside = temporaryPath(second);
  try {
    await link(path, aside);
    await rename(aside, second);
    return true;
  } catch {
    await rm(aside, { force: true });
    return false;
  }
}

/**
 * Of the checkpoints that count once the newest one, at `saved`, is durable: the `keep` newest stay, and the best ones
 * of these. Later ones go: they belong to a run that this one has replaced.
 */
async function removeOutdated(folder: string, saved: Place, keep: number): Promise<void> {
  const regular = await listCheckpoints(folder);
  const upToNow = regular.filter((file) => compare(file, saved) <= 0);
  const kept = upToNow.slice(-Math.max(1, keep));
  await removeAll(
    folder,
    regular.filter((file) => !kept.includes(file)),
  );
  await removeOutdatedBest(folder, saved, keep, kept);
}

/**
 * Of the best checkpoints up to `saved` the last before each of `newest` stays, and the `keep` last ones after all of
 * them, which a run may resume from too. Later ones go.
 */
async function removeOutdatedBest(
  folder: string,
  saved: Place,
  keep: number,
  newest: readonly CheckpointFile[],
): Promise<void> {
  const best = await listCheckpoints(folder, 'best');
  const upToNow = best.filter((file) => compare(file, saved) <= 0);
  const ofNewest = newest.map((place) => upToNow.findLast((file) => compare(file, place) <= 0));
  const after = upToNow.filter((file) => newest.every((place) => compare(file, place) > 0));
  const kept = new Set([...ofNewest, ...after.slice(-keep)]);
  await removeAll(
    folder,
    best.filter((file) => !kept.has(file)),
  );
}

/**
 * Writes a checkpoint into the existing `folder` and returns its path; with `as` it is the newest, the best or both.
 * Once it is durable, outdated ones go. Errors: `cannot write X: reason`, with all older checkpoints untouched.
 */
export async function saveCheckpoint(
  folder: string,
  state: CheckpointState,
  keep: number,
  as: readonly CheckpointChoice[] = ['newest'],
): Promise<string> {
  // The best is written first, so that it exists if the newest checkpoint has the best error of the run.
  const paths = [...as].sort().map((choice) => join(folder, nameOf(choice, state)));
  const pieces = encodeCheckpoint(state);
  await writeFileAtomically(paths[0], pieces);
  for (const second of paths.slice(1)) {
    if (await linked(paths[0], second)) await syncFolder(folder);
    else await writeFileAtomically(second, pieces);
  }
  if (as.includes('newest')) await removeOutdated(folder, state, keep);
  else await removeOutdatedBest(folder, state, keep, await listCheckpoints(folder));
  return paths.at(-1)!;
}

/**
 * Makes a loaded checkpoint the newest, and deletes best ones that are ahead of it: the run resumes from here. It may
 * be a best one, whose run was killed before it had its other name.
 */
export async function continueFrom(folder: string, from: LoadedCheckpoint, keep: number): Promise<void> {
  const newest = nameOf('newest', from);
  if (from.path !== join(folder, newest)) {
    if (!(await linked(from.path, join(folder, newest))))
      await writeFileAtomically(join(folder, newest), encodeCheckpoint(from));
    await syncFolder(folder);
    await removeOutdated(folder, from, keep);
  }
  const best = await listCheckpoints(folder, 'best');
  await removeAll(
    folder,
    best.filter((file) => compare(file, from) > 0),
  );
}

/** The use of a checkpoint, for messages: `cannot <action>`, and alternatives for the user. */
interface CheckpointPurpose {
  readonly action: string;
  readonly hint: string;
}

const resuming: CheckpointPurpose = {
  action: 'resume',
  hint: 'choose another folder with --out',
};

const isFile = (selection: CheckpointSelection): selection is { readonly file: string } =>
  typeof selection === 'object' && 'file' in selection;

/** Returns the paths to try, in order. Best checkpoints are complete, so the newest may be one of them. */
async function candidates(folder: string, selection: CheckpointSelection): Promise<string[]> {
  if (isFile(selection)) return [selection.file];
  const best = await listCheckpoints(folder, 'best');
  const all = selection === 'best' ? best : [...best, ...(await listCheckpoints(folder))].sort(compare);
  const chosen = typeof selection === 'object' ? all.filter(({ epoch }) => epoch === selection.epoch) : all;
  return chosen.reverse().map(({ name }) => join(folder, name));
}

/** The difference between a run and a checkpoint with another fingerprint. */
export interface OtherRun {
  /** Whether the run may resume from the checkpoint nevertheless. */
  readonly goesOn: boolean;
  /** Description of the difference; absent if unknown. */
  readonly changes?: string;
  /** Hint for the user; absent: the general hint. */
  readonly hint?: string;
}

/** The run that requests a checkpoint. */
export interface ExpectedRun {
  /** Fingerprints under which its config may be stored. */
  readonly fingerprints: readonly string[];
  /** Decides about a checkpoint with another fingerprint; if absent, it is refused. */
  readonly other?: (checkpoint: CheckpointState) => OtherRun;
}

/**
 * Whether an earlier checkpoint replaces one that failed with `error`: its content is damaged, or there is no file. A
 * file that cannot be read may be whole, and a run that resumes from an earlier one deletes it.
 */
const isReplaceable = (error: unknown): boolean => error instanceof IsdaError || systemCode(error) === 'ENOENT';

/** How often the checkpoints are listed again because a run that goes on has deleted one of the list. */
const maxListings = 20;

const unreadableHint = 'it may be whole: make it readable, or move it away to use an earlier checkpoint';

/**
 * The newest (or another that is chosen) checkpoint of `folder` that is whole, or undefined where there is none at all.
 * Damaged ones are passed over with a warning. If one is deleted before it is read, as by a run that still trains, the
 * newer ones are looked for; `listings` are left for this. Errors: the first whole one belongs to another experiment or
 * to another version of the format; one cannot be read; there are checkpoints, but all are damaged.
 */
export async function loadNewestCheckpoint(
  folder: string,
  expected: ExpectedRun,
  { action, hint }: CheckpointPurpose = resuming,
  selection: CheckpointSelection = 'newest',
  listings = maxListings,
): Promise<LoadedCheckpoint | undefined> {
  const paths = await candidates(folder, selection);
  const warnings: string[] = [];
  for (const path of paths) {
    let state: CheckpointState & { readonly version: string };
    try {
      state = decodeCheckpoint(await readWhole(path), path);
    } catch (error) {
      // A file given by the user has no substitute.
      if (isFile(selection)) throw error instanceof IsdaError ? error : readFailure(path, error);
      if (!isReplaceable(error)) throw readFailure(path, error, unreadableHint);
      const isGone = systemCode(error) === 'ENOENT' && !(await candidates(folder, selection)).includes(path);
      if (isGone && listings > 1)
        return loadNewestCheckpoint(folder, expected, { action, hint }, selection, listings - 1);
      warnings.push(`the checkpoint ${basename(path)} is damaged and not used (${reasonOf(error)})`);
      continue;
    }
    const { version, ...loaded } = state;
    if (version !== formatVersion)
      throw cannot(action, `the checkpoint has version ${version} of the format, not ${formatVersion}`, {
        code: 'checkpoint/version',
        place: path,
        hint: `use the version of isda that wrote it; or ${hint}`,
      });
    if (!expected.fingerprints.includes(loaded.fingerprint)) {
      const other = expected.other?.(loaded);
      if (other?.goesOn === true) return { ...loaded, path, warnings };
      const changes = other?.changes === undefined ? '' : ` (${other.changes})`;
      throw cannot(action, `the checkpoint belongs to another experiment${changes}`, {
        code: 'checkpoint/other-experiment',
        place: path,
        hint: other?.hint ?? hint,
      });
    }
    return { ...loaded, path, warnings };
  }
  if (paths.length === 0) return undefined;
  throw cannot(action, `all checkpoints are damaged (${paths.length})`, {
    code: 'checkpoint/damaged',
    place: [folder, ...warnings].join('\n'),
    hint,
  });
}

/** Deletes all checkpoints of a folder, for a run that starts over. */
export async function clearCheckpoints(folder: string): Promise<void> {
  await removeLeftovers(folder);
  await removeAll(folder, await listCheckpoints(folder));
  await removeAll(folder, await listCheckpoints(folder, 'best'));
}
