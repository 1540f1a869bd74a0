// A new file that is there with its whole content or not at all.
import { link, open, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './errors.js';
import { removeLeftovers, temporaryPath } from './files.js';

/** What a file system that has no hard links answers. */
const linkless = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

async function createInPlace(path: string, content: string): Promise<boolean> {
  let handle;
  try {
    handle = await open(path, 'wx');
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await handle.writeFile(content);
    await handle.sync();
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function linkOnce(aside: string, path: string): Promise<boolean> {
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    // Over NFS the answer to a link that was made can be lost, and the next one says that there is one.
    if (systemCode(error) === 'EEXIST') return (await stat(aside).catch(() => undefined))?.nlink === 2;
    // Another process that created the file has just tidied up: there is one, or was.
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Creates a file; false where there is one. Of several processes one creates it, and one that is killed leaves the
 * whole file or none; only on a file system without hard links can it leave an empty one.
 */
export async function createFile(path: string, content: string): Promise<boolean> {
  const aside = temporaryPath(path);
  try {
    await writeFile(aside, content, { flag: 'wx', flush: true });
    const created = await linkOnce(aside, path);
    await rm(aside, { force: true });
    // What processes left that were killed here.
    if (created) await removeLeftovers(dirname(path), path);
    return created;
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    if (linkless.includes(systemCode(error) ?? '')) return await createInPlace(path, content);
    throw error;
  }
}
