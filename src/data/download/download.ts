// Downloads an official data set: fetch, check the md5, unpack to a temporary folder, move into place.
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, IsdaError } from '../../common/errors.js';
import { makeFolder, writeFailureWithSpace } from '../../common/files.js';
import { pathExists } from '../../common/path-status.js';
import { withLock } from '../../common/wait-lock.js';
import { cifarFormats, type CifarFormat, type CifarName } from '../datasets/cifar/format.js';
import { isOfficial, md5OfFile } from '../datasets/cifar/official.js';
import { archives, type Archive } from './archives.js';
import { extractArchive } from './extract.js';
import { fetchFile, type FetchLimits, type FetchProgress } from './fetch-file.js';

export interface DownloadOptions {
  readonly name: CifarName;
  /** The folder in which the archive's folder is created. Created if missing. */
  readonly directory: string;
  /** Another URL of the same archive, or the path of a copy. */
  readonly from?: string | undefined;
  readonly limits?: FetchLimits;
  readonly progress?: FetchProgress & { readonly onStage?: (stage: string) => void };
  /** The expected archive; default: the official one. For tests. */
  readonly archive?: Archive;
}

interface DownloadResult {
  /** The folder of the binary files. */
  readonly folder: string;
  /** `present`: the official files existed already and nothing was downloaded. */
  readonly outcome: 'downloaded' | 'present';
}

function wrongChecksum(archive: Archive, found: string, place: string, hint: string): IsdaError {
  const reason = `the md5 of the archive is ${found}, not ${archive.md5}`;
  return cannot(`use ${archive.file}`, reason, { code: 'download/damaged', place, hint });
}

/**
 * Returns the path of the archive after checking it; `temporary`: whether it was downloaded here and can be removed.
 */
async function getArchive(options: DownloadOptions): Promise<{ path: string; temporary: boolean }> {
  const { name, directory, from, limits, progress } = options;
  const archive = options.archive ?? archives[name];
  const url = from ?? archive.url;
  if (!/^https?:\/\//.test(url)) {
    const path = url;
    const hint = '--from takes an http(s) address or the path of the archive';
    if (!(await pathExists(path))) {
      throw cannot(`use ${archive.file}`, 'there is no such file', {
        code: 'data/missing',
        place: path,
        hint,
        kind: 'usage',
      });
    }
    const found = await md5OfFile(path, hint);
    if (found !== archive.md5) throw wrongChecksum(archive, found, path, 'this is not the official archive');
    return { path, temporary: false };
  }
  const path = join(directory, archive.file);
  // The user may have put it there.
  if (await pathExists(path)) {
    const found = await md5OfFile(path);
    if (found === archive.md5) return { path, temporary: false };
    throw wrongChecksum(archive, found, path, 'move the file away, or choose another folder with --out');
  }
  progress?.onStage?.(`fetching ${url}`);
  await fetchFile(url, path, {
    ...(limits === undefined ? {} : { limits }),
    ...(progress === undefined ? {} : { progress }),
    hint:
      `run the command again to resume from where it ended, or get ${archive.url} by other means and run ` +
      `isda data download ${name} --from FILE`,
  });
  const found = await md5OfFile(path);
  if (found !== archive.md5) {
    await rename(path, `${path}.bad`);
    throw wrongChecksum(
      archive,
      found,
      `${path}.bad`,
      `${url} sent another file; the next download starts from the beginning`,
    );
  }
  return { path, temporary: true };
}

/**
 * Unpacks to a temporary folder and moves the result into place, so that an interrupted attempt leaves no partial data
 * set. Errors: `cannot write X: reason`; the archive is unsafe or damaged.
 */
async function unpack(archive: string, directory: string, folder: string, firstFile: string): Promise<void> {
  const temporary = `.unpacking-${folder}-`;
  let aside: string | undefined;
  try {
    // Folders left by processes that were killed here: only one process at a time unpacks this archive.
    for (const name of await readdir(directory))
      if (name.startsWith(temporary)) await rm(join(directory, name), { recursive: true, force: true });
    aside = await mkdtemp(join(directory, temporary));
    await extractArchive(archive, aside);
    if (!(await pathExists(join(aside, folder, firstFile)))) {
      throw cannot('unpack the archive', `it does not contain ${folder}/${firstFile}`, {
        code: 'download/damaged',
        place: archive,
      });
    }
    await rename(join(aside, folder), join(directory, folder));
  } catch (error) {
    throw error instanceof IsdaError ? error : await writeFailureWithSpace(join(directory, folder), error);
  } finally {
    if (aside !== undefined) await rm(aside, { recursive: true, force: true });
  }
}

/** Whether the folder has the official files. Errors: it exists with other files. */
async function isPresent(format: CifarFormat, folder: string): Promise<boolean> {
  if (!(await pathExists(folder))) return false;
  if (await isOfficial(format, folder)) return true;
  throw cannot(`download ${format.title}`, 'the folder already exists and does not contain the official files', {
    code: 'file/exists',
    place: folder,
    hint: 'move it away, or choose another folder with --out',
  });
}

/**
 * Downloads an official CIFAR archive and unpacks it; processes wait for each other. Errors: the folder exists with
 * other files, or the archive with another checksum; the server or the network fails (the received part is kept, and
 * the next call resumes from it); the checksum is wrong (the file is kept as .bad); the archive is unsafe.
 */
export async function downloadDataset(options: DownloadOptions): Promise<DownloadResult> {
  const { name, directory, progress } = options;
  const format = cifarFormats[name];
  const folder = join(directory, format.folder);
  if (await isPresent(format, folder)) return { folder, outcome: 'present' };
  await makeFolder(directory);
  const file = join(directory, `.${format.folder}.lock`);
  const onWait = (holder: string): void =>
    progress?.onStage?.(`waiting for ${holder}, which is downloading ${format.title}`);
  return withLock({ file, onWait }, async () => {
    // Another process may have finished meanwhile.
    if (await isPresent(format, folder)) return { folder, outcome: 'present' };
    const archive = await getArchive(options);
    progress?.onStage?.('unpacking');
    await unpack(archive.path, directory, format.folder, format.files.train[0]);
    if (archive.temporary) await rm(archive.path, { force: true });
    return { folder, outcome: 'downloaded' };
  });
}
