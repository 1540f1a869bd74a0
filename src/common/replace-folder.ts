// Replaces a folder by another one.
import { rename } from 'node:fs/promises';
import { systemCode } from './errors.js';

/**
 * Moves `folder`, if it exists, to `old`, and `made` to `folder`; all three are on the same file system. Errors: those
 * of the file system, unchanged; `folder` is then as it was.
 */
export async function replaceFolder(folder: string, made: string, old: string): Promise<void> {
  const existed = await rename(folder, old).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
      return false;
    },
  );
  try {
    await rename(made, folder);
  } catch (error) {
    if (existed) await rename(old, folder);
    throw error;
  }
}
