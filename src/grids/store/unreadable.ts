// Runs whose files cannot be read, reported separately from the others; folders of runs that cannot be read.
import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cannot, reasonOf, systemCode, type IsdaError } from '../../common/errors.js';
import { readFailure } from '../../common/files.js';
import { escapedBytes, replacement } from '../../common/utf8.js';

export interface UnreadableRun {
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  /** One line. */
  readonly reason: string;
}

/** Returns the error for a folder of runs that could not be listed. `action`: what fails if it is no folder. */
export function folderFailure(action: string, folder: string, error: unknown, hint: string): IsdaError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such folder',
    ENOTDIR: 'it is not a folder',
  };
  const reason = reasons[systemCode(error) ?? ''];
  if (reason === undefined) return readFailure(folder, error);
  return cannot(action, reason, { code: 'store/missing', place: folder, hint });
}

/** Returns a record of a folder's run with the reason why it cannot be used. */
export function unreadableRun(folder: string, error: unknown): UnreadableRun {
  return { name: basename(folder), folder, reason: reasonOf(error).split('\n')[0] };
}

/** Returns the runs whose folder names (of `names` in `root`) are not UTF-8, so that no file can be opened. */
export function runsWithoutName(root: string, names: readonly string[]): readonly UnreadableRun[] {
  if (!names.some((name) => name.includes(replacement))) return [];
  return readdirSync(root, { encoding: 'buffer' }).flatMap((bytes) => {
    if (isUtf8(bytes) || !existsSync(Buffer.concat([Buffer.from(`${root}/`), bytes, Buffer.from('/config.yaml')])))
      return [];
    const name = escapedBytes(bytes);
    return [{ name, folder: join(root, name), reason: 'the name of its folder is not UTF-8 text: rename it' }];
  });
}
