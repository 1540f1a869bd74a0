// TensorBoard event files: scalars by name and step.
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { closeOnError } from '../common/close-on-error.js';
import { writeFailureWithSpace } from '../common/files.js';
import { tfrecord } from './tfrecord.js';

interface EventsFile {
  readonly path: string;
  /** Appends one point of each curve, for example `{'loss/train': 1.2}`; non-finite numbers are allowed. */
  scalars(step: number, values: Readonly<Record<string, number>>): Promise<void>;
  close(): Promise<void>;
}

interface OpenEventsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly host: string;
  readonly pid: number;
  /** The first step of a resumed run: TensorBoard discards this and later steps of earlier files. */
  readonly purgeFromStep?: number;
}

// The five protocol buffer fields of an Event that are needed; a library would be larger than this.
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.of(...bytes, rest);
}

const key = (field: number, type: 0 | 1 | 2 | 5): Uint8Array => Uint8Array.of((field << 3) | type);

function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), bytes]);
}

function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, 5), bytes]);
}

const integer = (field: number, value: number): Uint8Array => Buffer.concat([key(field, 0), varint(value)]);
const nested = (field: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const content = Buffer.concat(parts);
  return Buffer.concat([key(field, 2), varint(content.length), content]);
};
const text = (field: number, value: string): Uint8Array => nested(field, Buffer.from(value));

/** `Event{wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7}` with its wall time in seconds. */
function event(seconds: number, ...fields: readonly Uint8Array[]): Uint8Array {
  return tfrecord(Buffer.concat([double(1, seconds), ...fields]));
}

/** Encodes one point of each curve. `Summary{value = 1}`, `Value{tag = 1, simple_value = 2}`. */
export function scalarEvent(seconds: number, step: number, values: Readonly<Record<string, number>>): Uint8Array {
  const points = Object.entries(values).map(([tag, value]) => nested(1, text(1, tag), float(2, value)));
  return event(seconds, integer(2, step), nested(5, ...points));
}

/** Encodes the first record of a file, with the version of the format. */
export function versionEvent(seconds: number): Uint8Array {
  return event(seconds, text(3, 'brain.Event:2'));
}

/** Encodes `SessionLog{status = START}`, which voids the points of earlier files from `step` on. */
export function restartEvent(seconds: number, step: number): Uint8Array {
  return event(seconds, integer(2, step), nested(7, integer(1, 1)));
}

const filePattern = /^events\.out\.tfevents\.(\d+)\./;

/** Returns the time in the name of a new file, in seconds: the clock's, but later than that of every existing file. */
async function fileSeconds(folder: string, now: () => number): Promise<number> {
  // If the folder cannot be read, opening the file reports the error.
  const names = await readdir(folder).catch(() => []);
  const times = names.flatMap((name) => filePattern.exec(name)?.[1] ?? []);
  return Math.max(0, Math.floor(now() / 1000), ...times.map((time) => Number(time) + 1));
}

/**
 * Starts a new event file in `folder`; TensorBoard reads all files of a folder in the order of their names.
 * Each call is written at once, unsynced: these files repeat what metrics.csv holds. Errors: `cannot write X: reason`.
 */
export async function openEvents(folder: string, options: OpenEventsOptions): Promise<EventsFile> {
  const { now, purgeFromStep } = options;
  // With a clock that was set back, this file would sort before those whose steps it voids.
  const seconds = String(await fileSeconds(folder, now)).padStart(10, '0');
  const path = join(folder, `events.out.tfevents.${seconds}.${options.host}.${options.pid}.0`);
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw await writeFailureWithSpace(path, error);
    }
  };
  const handle = await attempt(() => open(path, 'a'));
  const write = (record: Uint8Array): Promise<void> => attempt(() => handle.appendFile(record));
  await closeOnError(
    () => handle.close(),
    async () => {
      await write(versionEvent(now() / 1000));
      if (purgeFromStep !== undefined) await write(restartEvent(now() / 1000, purgeFromStep));
    },
  );
  return {
    path,
    scalars: (step, values) => write(scalarEvent(now() / 1000, step, values)),
    close: () => handle.close(),
  };
}
