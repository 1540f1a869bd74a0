// Extracts members of a wheel, which is a zip file.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

/**
 * Extracts the members of a zip file for which `target` returns a path relative to `directory`. Returns their number.
 * Refuses member names that are absolute or leave the folder.
 */
export async function unzip(
  file: string,
  directory: string,
  target: (member: string) => string | undefined,
): Promise<number> {
  const archive = await openPromise(file, { autoClose: true });
  let unpacked = 0;
  try {
    for await (const entry of archive.eachEntry()) {
      const place = entry.fileName.endsWith('/') ? undefined : target(entry.fileName);
      if (place === undefined) continue;
      const path = join(directory, place);
      if (relative(directory, path).split(sep)[0] === '..') throw new Error(`${entry.fileName} leaves the folder`);
      await mkdir(dirname(path), { recursive: true });
      const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
      const output = createWriteStream(path, { mode: executable ? 0o755 : 0o644 });
      await pipeline(await archive.openReadStreamPromise(entry), output);
      unpacked += 1;
    }
  } finally {
    archive.close();
  }
  return unpacked;
}
