// Whether paths exist; a path that cannot be checked is an error, not a missing file.
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { systemCode } from './errors.js';
import { readFailure } from './files.js';

/**
 * Returns the status of a file or folder; undefined if there is none. `file`: the path for Node.js, if its bytes differ
 * from those of `path`. Errors: `cannot read X: reason`, if a folder on the way to it may not be entered.
 */
export async function statusIfThere(path: string, file: string | Buffer = path): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw readFailure(path, error);
  }
}

/** Whether a path exists. Errors: as `statusIfThere`. */
export const pathExists = async (path: string): Promise<boolean> => (await statusIfThere(path)) !== undefined;
