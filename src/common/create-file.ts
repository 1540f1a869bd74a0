// Creates a file atomically: with its whole content or not at all.
import { link, open, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './errors.js';
import { removeLeftovers, temporaryPath } from './files.js';

/** Error codes of file systems without hard links. */
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
    // Over NFS the reply to a successful link may be lost; the retry then reports that the file exists.
    if (systemCode(error) === 'EEXIST') return (await stat(aside).catch(() => undefined))?.nlink === 2;
    // Another process created the file and has just removed its temporary file.
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Creates a file; returns false if it exists. Only one of several processes creates it. A killed process leaves the
 * whole file or none; on a file system without hard links it may leave an empty one.
 */
export async function createFile(path: string, content: string): Promise<boolean> {
  const aside = temporaryPath(path);
  try {
    await writeFile(aside, content, { flag: 'wx', flush: true });
    const created = await linkOnce(aside, path);
    await rm(aside, { force: true });
    // Files left by processes that were killed here.
    if (created) await removeLeftovers(dirname(path), path);
    return created;
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    if (linkless.includes(systemCode(error) ?? '')) return await createInPlace(path, content);
    throw error;
  }
}
