// Atomic, durable file writes, and messages for file-system errors.
import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { mkdir, open, readdir, readlink, realpath, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { cannot, reasonOf, systemCode, type IsdaError } from './errors.js';
import { formatBytes } from './format.js';
import { specialKind } from './special-files.js';

/** Content of a file: one piece, or several that are written in order without being concatenated in memory. */
type FileContent = string | Uint8Array | Iterable<Uint8Array>;

/** Maximum number of files that one task keeps open; a process may have about a thousand. */
export const maxOpenFiles = 64;

interface Explanation {
  readonly reason: string;
  readonly hint?: string;
}

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: { reason: 'the disk is full', hint: 'free some space or choose another folder' },
  EDQUOT: { reason: 'the disk quota is used up', hint: 'delete some of your files or choose another folder' },
  EFBIG: { reason: 'the file is larger than this file system or a limit (ulimit -f) allows' },
  EROFS: { reason: 'the file system is read-only', hint: 'choose a folder that can be written' },
  EACCES: { reason: 'permission denied', hint: 'check the owner and the permissions of the folder (ls -ld)' },
  EPERM: { reason: 'operation not permitted', hint: 'check the owner and the permissions of the folder (ls -ld)' },
  ENOENT: { reason: 'its folder does not exist', hint: 'create the folder first or check the path' },
  ENOTDIR: { reason: 'a part of its path is a file, not a folder', hint: 'check the path' },
  EISDIR: { reason: 'a folder of that name exists', hint: 'choose another name' },
  EMFILE: { reason: 'too many open files', hint: 'raise the limit (ulimit -n)' },
  ENAMETOOLONG: { reason: 'the name is too long' },
  EIO: { reason: 'input/output error: the disk may be failing', hint: 'check the system log (dmesg)' },
};

/** Whether a system error says that a file cannot be written where it should be, whatever its content. */
export const isWriteError = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '');

/**
 * Returns the error for a file or folder that could not be written: `cannot write X: reason`, with `freeBytes` if the
 * disk is full.
 */
export function writeFailure(path: string, error: unknown, freeBytes?: number, action = 'write'): IsdaError {
  const code = systemCode(error);
  const { reason, hint } = (code === undefined ? undefined : explanations[code]) ?? { reason: reasonOf(error) };
  const short = code === 'ENOSPC' || code === 'EDQUOT';
  const free = short && freeBytes !== undefined ? ` (${formatBytes(freeBytes)} free)` : '';
  return cannot(`${action} ${path}`, `${reason}${free}`, { code: 'file/write', hint, cause: error });
}

const readReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EACCES: 'permission denied',
};

/** Returns the reason why a file could not be read, for messages that name the file elsewhere. */
export const readReason = (error: unknown): string => readReasons[systemCode(error) ?? ''] ?? reasonOf(error);

/**
 * Returns the error for a file or folder that could not be read: `cannot read X: reason`. Without `hint`, a missing
 * permission has its own.
 */
export function readFailure(path: string, error: unknown, hint?: string): IsdaError {
  const own = systemCode(error) === 'EACCES' ? 'check its owner and permissions (ls -ld)' : undefined;
  return cannot(`read ${path}`, readReason(error), { code: 'file/read', hint: hint ?? own, cause: error });
}

/** As `writeFailure`, with the free space of the folder looked up. */
export async function writeFailureWithSpace(path: string, error: unknown, action?: string): Promise<IsdaError> {
  const space = await statfs(dirname(path)).catch(() => undefined);
  return writeFailure(path, error, space === undefined ? undefined : space.bavail * space.bsize, action);
}

/** As `writeFailureWithSpace`, without waiting. */
export function writeFailureWithSpaceNow(path: string, error: unknown): IsdaError {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return writeFailure(path, error, bavail * bsize);
  } catch {
    return writeFailure(path, error);
  }
}

/** Maximum bytes per read or write: the kernel truncates longer ones, and signals are handled in between. */
const callBytes = 1 << 26;

/**
 * Returns the bytes of a file, also beyond the 2 GiB of Node.js's `readFile`; at most 4 GiB with Node.js 20. Errors:
 * those of the file system, unchanged.
 */
export async function readWhole(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.allocUnsafeSlow(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(size - done, callBytes));
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await handle.close();
  }
}

/** Returns the bytes of a file given by the user. Errors: `cannot read X: reason`. */
export function readNamed(path: string): Promise<Buffer> {
  return readWhole(path).catch((error: unknown) => {
    throw readFailure(path, error);
  });
}

/** Creates a folder and its missing parents. Errors: those of the file system, unchanged. */
export async function makeFolders(path: string): Promise<void> {
  const found = await stat(path).catch(systemCode);
  if (typeof found === 'object' && found.isDirectory()) return;
  const parent = dirname(path);
  if (found === 'ENOENT' && parent !== path) await makeFolders(parent);
  await mkdir(path).catch(async (error: unknown) => {
    // Another process may have created it.
    const isThere = systemCode(error) === 'EEXIST' && (await stat(path).catch(() => undefined))?.isDirectory();
    if (isThere !== true) throw error;
  });
}

/**
 * Creates a folder and its missing parents. Errors: `cannot create the folder X: reason`.
 * (Node.js's recursive `mkdir` is not used: where the kernel does not create folders, as in /proc, it loops forever,
 * and for a read-only file system it reports that the path does not exist.)
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
  } catch (error) {
    const explained: Readonly<Record<string, Explanation>> = {
      EEXIST: { reason: 'a file of that name exists', hint: 'choose another name' },
      // Its parent exists at this point.
      ENOENT: { reason: 'the file system does not allow a folder there', hint: 'choose a folder elsewhere' },
    };
    const known = explained[systemCode(error) ?? ''];
    if (known === undefined) throw await writeFailureWithSpace(path, error, 'create the folder');
    throw cannot(`create the folder ${path}`, known.reason, { code: 'file/write', hint: known.hint, cause: error });
  }
}

/** Makes renames and new entries in a folder durable, if the file system supports it. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows and some network file systems cannot sync a folder.
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP', 'EACCES', 'EBADF'].includes(systemCode(error) ?? '')) throw error;
  }
}

const temporaryName = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** Returns a temporary path in the folder of `path`; `removeLeftovers` deletes the file after a crash. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Returns the path to which links lead, also if nothing is there yet. */
async function endOfLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const next = systemCode(error) === 'ENOENT' ? await readlink(path).catch(() => undefined) : undefined;
    return next === undefined ? path : endOfLinks(resolve(dirname(path), next));
  }
}

/**
 * Writes a file atomically and durably: at any moment, even after a crash or a power cut, its path has the old or the
 * new content. The content is written to a temporary file in the same folder, which is synced and renamed; then the
 * folder is synced. (write-file-atomic 7 is not used: it relies on one `fs.write`, which writes only a part on a full
 * disk or beyond 2 GiB, accepts no pieces, and does not sync the folder.) Links are followed; the permissions of a
 * replaced file are kept. Errors: `cannot write X: reason`, with the free space if the disk is full; it is a pipe, a
 * socket or a device.
 */
export async function writeFileAtomically(path: string, content: FileContent): Promise<void> {
  let aside: string | undefined;
  try {
    const target = await endOfLinks(path);
    const existing = await stat(target).catch(() => undefined);
    // A rename would replace a device such as /dev/null by a file.
    const kind = existing && specialKind(existing);
    if (kind !== undefined) throw new Error(`it is ${kind}`);
    aside = temporaryPath(target);
    const handle = await open(aside, 'wx', existing === undefined ? 0o666 : existing.mode & 0o777);
    try {
      const pieces = typeof content === 'string' ? [Buffer.from(content)] : content;
      for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) {
        for (let done = 0; done < piece.length;) {
          done += (await handle.write(piece, done, Math.min(piece.length - done, callBytes))).bytesWritten;
        }
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, target);
    aside = undefined;
    await syncFolder(dirname(target));
  } catch (error) {
    // The free space is read before the partial file is deleted.
    const failure = await writeFailureWithSpace(path, error);
    if (aside !== undefined) await rm(aside, { force: true }).catch(() => undefined);
    throw failure;
  }
}

/**
 * Deletes temporary files that crashed writes left in a folder, only those `of` one path if it is given. Call it only
 * while no other process writes there.
 */
export async function removeLeftovers(folder: string, of?: string): Promise<void> {
  const start = of === undefined ? '.' : `.${basename(of)}.`;
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.startsWith(start) && temporaryName.test(name),
  );
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}
