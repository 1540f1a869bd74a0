// Marks of folders and files, to find out whether they have changed since they were read.
import { stat } from 'node:fs/promises';
import { filePath } from './file-names.js';

/** A folder or file, absolute, and its mark. */
export type Marked = readonly [path: string, mark: string];

/** The mark of a path that is not accessible; the time in it is NaN. */
const noMark = 'none';

/** Returns a mark that changes if an entry of a folder is added, removed or renamed, or if a file's content changes. */
export async function markOf(path: string): Promise<string> {
  const status = await stat(filePath(path)).catch(() => undefined);
  if (status === undefined) return noMark;
  const { mtimeMs, ctimeMs, ino, size } = status;
  return [mtimeMs, ctimeMs, ino, size].join(' ');
}
