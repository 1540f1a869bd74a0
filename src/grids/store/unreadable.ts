// Runs whose files cannot be read, reported separately from the others.
import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { reasonOf } from '../../common/errors.js';
import { escapedBytes, replacement } from '../../common/utf8.js';

export interface UnreadableRun {
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  /** One line. */
  readonly reason: string;
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
