// A run whose files cannot be read, reported beside the others.
import { basename } from 'node:path';
import { reasonOf } from '../../common/errors.js';

export interface UnreadableRun {
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  /** One line. */
  readonly reason: string;
}

/** Says of a folder why its run cannot be used. */
export function unreadableRun(folder: string, error: unknown): UnreadableRun {
  return { name: basename(folder), folder, reason: reasonOf(error).split('\n')[0] };
}
