// Unpacks a tar.gz archive after checking its entries: only plain files and folders inside the target.
import { createReadStream } from 'node:fs';
import { extract as extractTar, Parser, type ReadEntry } from 'tar';
import { cannot, IsdaError, reasonOf } from '../../common/errors.js';
import { isWriteError } from '../../common/files.js';

export interface ExtractLimits {
  /** Total bytes of all files. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

const defaultExtractLimits: ExtractLimits = { maxBytes: 2 ** 30, maxEntries: 1000 };

const allowedTypes = ['File', 'OldFile', 'ContiguousFile', 'Directory'];

/** Returns the reason why an entry is refused, if any. */
function objection(entry: ReadEntry): string | undefined {
  const path = entry.path;
  if (!allowedTypes.includes(entry.type)) return `${path} is not a file or folder (${entry.type})`;
  if (/^([/\\]|[A-Za-z]:)/.test(path)) return `${path} is an absolute path`;
  if (path.split(/[/\\]/).includes('..')) return `${path} leads out of the archive's folder`;
  return undefined;
}

/** Reads the archive up to its end or the first refused entry, without writing. Returns the reason of the refusal. */
async function inspect(archive: string, limits: ExtractLimits): Promise<string | undefined> {
  let problem: string | undefined;
  let bytes = 0;
  let entries = 0;
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      bytes += entry.size;
      entries++;
      problem ??= objection(entry);
      if (bytes > limits.maxBytes) problem ??= `it unpacks to more than ${limits.maxBytes} bytes`;
      if (entries > limits.maxEntries) problem ??= `it has more than ${limits.maxEntries} entries`;
      entry.resume();
    },
  });
  await new Promise<void>((resolve, reject) => {
    const stream = createReadStream(archive);
    const fail = (error: unknown): void => {
      stream.destroy();
      // A refused entry found earlier is more informative than damage after it.
      if (problem !== undefined) resolve();
      else reject(error instanceof Error ? error : new Error(String(error)));
    };
    parser.on('error', fail);
    parser.on('end', resolve);
    stream.on('error', fail);
    stream.on('data', (chunk) => {
      if (problem !== undefined) {
        stream.destroy();
        resolve();
      } else if (!parser.write(chunk as Buffer)) {
        stream.pause();
        parser.once('drain', () => stream.resume());
      }
    });
    stream.on('end', () => parser.end());
  });
  if (problem === undefined && entries === 0) return 'it is empty';
  return problem;
}

/**
 * Unpacks `archive` (tar, gzipped or not) into the existing folder `directory`. Errors: an entry is absolute, leaves
 * the folder by `..`, or is a link or device, or all together are too large (nothing is written in these cases); the
 * archive is damaged; those of the file system, unchanged, if nothing can be written.
 */
export async function extractArchive(
  archive: string,
  directory: string,
  limits: ExtractLimits = defaultExtractLimits,
): Promise<void> {
  try {
    const problem = await inspect(archive, limits);
    if (problem !== undefined)
      throw cannot('unpack the archive', problem, { code: 'download/damaged', place: archive });
    await extractTar({ file: archive, cwd: directory, strict: true, preserveOwner: false, noMtime: true });
  } catch (error) {
    if (error instanceof IsdaError || isWriteError(error)) throw error;
    throw cannot('unpack the archive', reasonOf(error), { code: 'download/damaged', place: archive, cause: error });
  }
}
