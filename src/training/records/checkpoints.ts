// Checkpoints of a run: one safetensors file each, durable, checksummed, and only ever used by its own experiment.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, reasonOf, systemCode } from '../../common/errors.js';
import { makeFolder, readFailure, removeLeftovers, writeFileAtomically } from '../../common/files.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from './safetensors.js';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface CheckpointState {
  /** Epoch the run is in or has completed; the first part of the file's name. */
  readonly epoch: number;
  /** Training steps done; the second part of the file's name. */
  readonly step: number;
  readonly tensors: readonly NamedTensor[];
  /** Whatever the trainer needs beside tensors to go on. Numbers must be finite. */
  readonly progress: JsonValue;
  /** Identifies the experiment: equal only where continuing makes sense. */
  readonly fingerprint: string;
}

export interface LoadedCheckpoint extends CheckpointState {
  readonly path: string;
  /** One line for each newer checkpoint that could not be used. */
  readonly warnings: readonly string[];
}

const formatVersion = '1';
const namePattern = /^epoch-(\d{4,})-step-(\d{7,})\.safetensors$/;
const zeros = '0'.repeat(64);
/** Inside the header's JSON this sequence exists once: anywhere else the quotes would be escaped. */
const checksumKey = '"sha256":"';

interface CheckpointFile {
  readonly name: string;
  readonly epoch: number;
  readonly step: number;
}

function checkpointName(epoch: number, step: number): string {
  return `epoch-${String(epoch).padStart(4, '0')}-step-${String(step).padStart(7, '0')}.safetensors`;
}

/** Checkpoints of a folder, oldest first; none where the folder does not exist. */
export async function listCheckpoints(folder: string): Promise<CheckpointFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readFailure(folder, error);
  }
  return names
    .flatMap((name) => {
      const match = namePattern.exec(name);
      return match === null ? [] : [{ name, epoch: Number(match[1]), step: Number(match[2]) }];
    })
    .sort((left, right) => left.epoch - right.epoch || left.step - right.step);
}

function sha256(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** JSON has no such numbers and would write null in their place. */
function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw cannot('save a checkpoint', `${key} of the progress is ${value}`);
  return value;
}

/** The bytes of a checkpoint. The checksum covers the whole file, with zeros in its own place. */
export function encodeCheckpoint(state: CheckpointState): Uint8Array[] {
  const pieces = encodeSafetensors(state.tensors, {
    format: 'isda-checkpoint',
    version: formatVersion,
    fingerprint: state.fingerprint,
    epoch: String(state.epoch),
    step: String(state.step),
    progress: JSON.stringify(state.progress, refuseNonFinite),
    sha256: zeros,
  });
  const header = Buffer.from(pieces[0].buffer, pieces[0].byteOffset, pieces[0].byteLength);
  header.write(sha256(pieces), header.indexOf(checksumKey) + checksumKey.length, 'latin1');
  return pieces;
}

/** Reads a checkpoint's bytes, of whatever version. Errors where any byte is not the one that was written. */
export function decodeCheckpoint(bytes: Uint8Array, place: string): CheckpointState & { readonly version: string } {
  const { tensors, metadata } = decodeSafetensors(bytes, place);
  if (metadata.format !== 'isda-checkpoint') throw cannot('read the checkpoint', 'it is not one of isda', { place });
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const position = file.indexOf(checksumKey) + checksumKey.length;
  const actual = sha256([bytes.subarray(0, position), Buffer.from(zeros), bytes.subarray(position + zeros.length)]);
  if (file.toString('latin1', position, position + zeros.length) !== actual)
    throw cannot('read the checkpoint', 'its checksum does not match: the file is damaged', { place });
  return {
    version: metadata.version,
    epoch: Number(metadata.epoch),
    step: Number(metadata.step),
    tensors,
    progress: JSON.parse(metadata.progress) as JsonValue,
    fingerprint: metadata.fingerprint,
  };
}

/**
 * Writes a checkpoint into `folder` and returns its path. Once it is durable, of the older ones the `keep - 1` newest
 * stay, and later ones go: they belong to a run that this one has replaced. Errors: `cannot write X: reason`, with all
 * older checkpoints untouched.
 */
export async function saveCheckpoint(folder: string, state: CheckpointState, keep: number): Promise<string> {
  await makeFolder(folder);
  await removeLeftovers(folder);
  const name = checkpointName(state.epoch, state.step);
  const path = join(folder, name);
  await writeFileAtomically(path, encodeCheckpoint(state));
  const all = await listCheckpoints(folder);
  const saved = all.findIndex((file) => file.name === name);
  const outdated = all.filter((_, index) => index > saved || index <= saved - Math.max(1, keep));
  for (const file of outdated) await rm(join(folder, file.name), { force: true });
  return path;
}

/** What a checkpoint is wanted for, for messages: `cannot <action>`, and what else the user can do. */
export interface CheckpointPurpose {
  readonly action: string;
  readonly hint: string;
}

const resuming: CheckpointPurpose = {
  action: 'resume',
  hint: 'start over with --no-resume, or choose another folder with --out',
};

/**
 * The newest checkpoint of `folder` that is whole, or undefined where there is none at all. Damaged ones are passed
 * over with a warning. Errors: the newest whole one belongs to another experiment or to another version of the format;
 * there are checkpoints, but all are damaged.
 */
export async function loadNewestCheckpoint(
  folder: string,
  expected: { readonly fingerprint: string },
  { action, hint }: CheckpointPurpose = resuming,
): Promise<LoadedCheckpoint | undefined> {
  await removeLeftovers(folder);
  const files = await listCheckpoints(folder);
  const warnings: string[] = [];
  for (const { name } of files.reverse()) {
    const path = join(folder, name);
    let state: CheckpointState & { readonly version: string };
    try {
      state = decodeCheckpoint(await readFile(path), path);
    } catch (error) {
      warnings.push(`the checkpoint ${name} is damaged and not used (${reasonOf(error)})`);
      continue;
    }
    const { version, ...loaded } = state;
    if (version !== formatVersion)
      throw cannot(action, `the checkpoint has version ${version} of the format, not ${formatVersion}`, {
        place: path,
        hint: `use the version of isda that wrote it; or ${hint}`,
      });
    if (loaded.fingerprint !== expected.fingerprint)
      throw cannot(action, 'the checkpoint belongs to another experiment', { place: path, hint });
    return { ...loaded, path, warnings };
  }
  if (files.length === 0) return undefined;
  throw cannot(action, `all checkpoints are damaged (${files.length})`, {
    place: [folder, ...warnings].join('\n'),
    hint,
  });
}

/** Deletes all checkpoints of a folder, for a run that starts over. */
export async function clearCheckpoints(folder: string): Promise<void> {
  await removeLeftovers(folder);
  for (const { name } of await listCheckpoints(folder)) await rm(join(folder, name), { force: true });
}
