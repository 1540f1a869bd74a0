// One checkpoint as the bytes of a safetensors file: metadata, tensors, and a checksum over all of it.
import { constants } from 'node:buffer';
import { z } from 'zod';
import { sha256 } from '../common/checksum.js';
import { cannot } from '../common/errors.js';
import { formatBytes } from '../common/format.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from './safetensors.js';

type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface CheckpointState {
  /** Epoch the run is in or has completed; the first part of the file's name. */
  readonly epoch: number;
  /** Completed training steps; the second part of the file's name. */
  readonly step: number;
  readonly tensors: readonly NamedTensor[];
  /** What the trainer needs in addition to tensors to resume. Numbers must be finite. */
  readonly progress: JsonValue;
  /** Identifies the experiment; equal only if a run may resume from the checkpoint. */
  readonly fingerprint: string;
}

/** The format version of new files. */
export const formatVersion = '1';

const zeros = '0'.repeat(64);
/** This sequence occurs once in the header's JSON: anywhere else its quotes would be escaped. */
const checksumKey = '"sha256":"';

/** JSON would write null for these numbers. */
function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw cannot('save a checkpoint', `${key} of the progress is ${value}`, { code: 'internal' });
  return value;
}

/**
 * The bytes of a checkpoint. The checksum covers the whole file, with zeros in its own place.
 * Errors: it is larger than this Node.js could read back (4 GiB with Node.js 20).
 */
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
  const bytes = pieces.reduce((total, piece) => total + piece.length, 0);
  if (bytes > constants.MAX_LENGTH) {
    const reason = `it has ${formatBytes(bytes)}, and Node.js ${process.version} reads at most ${formatBytes(constants.MAX_LENGTH)}`;
    throw cannot('save a checkpoint', reason, {
      code: 'checkpoint/too-large',
      hint: 'use Node.js 22 or newer, or loss.covariance: sketch or diagonal, which need less',
    });
  }
  const header = Buffer.from(pieces[0].buffer, pieces[0].byteOffset, pieces[0].byteLength);
  header.write(sha256(pieces), header.indexOf(checksumKey) + checksumKey.length, 'latin1');
  return pieces;
}

const metadataSchema = z.object({
  version: z.string(),
  epoch: z.string().regex(/^\d{1,15}$/),
  step: z.string().regex(/^\d{1,15}$/),
  progress: z.string(),
  fingerprint: z.string(),
  sha256: z.string().length(zeros.length),
});

/** Reads the bytes of a checkpoint of any version. Errors: a byte differs from what was written. */
export function decodeCheckpoint(bytes: Uint8Array, place: string): CheckpointState & { readonly version: string } {
  const refuse = (reason: string): Error =>
    cannot('read the checkpoint', reason, { code: 'checkpoint/damaged', place });
  const { tensors, metadata } = decodeSafetensors(bytes, place);
  if (metadata.format !== 'isda-checkpoint') throw refuse('it was not written by isda');
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const position = file.indexOf(checksumKey) + checksumKey.length;
  const actual = sha256([bytes.subarray(0, position), Buffer.from(zeros), bytes.subarray(position + zeros.length)]);
  if (file.toString('latin1', position, position + zeros.length) !== actual)
    throw refuse('its checksum does not match: the file is damaged');
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw refuse('its metadata are incomplete');
  const { version, epoch, step, progress, fingerprint } = parsed.data;
  try {
    const value = JSON.parse(progress) as JsonValue;
    return { version, epoch: Number(epoch), step: Number(step), tensors, progress: value, fingerprint };
  } catch {
    throw refuse('its progress is not JSON');
  }
}
