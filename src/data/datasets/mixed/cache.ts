// Disk cache of generated images, shared by all runs that use them.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../../../common/files.js';

/** What the images are a function of. */
interface CacheKey {
  /** Of the generators. */
  readonly checksum: string;
  readonly images: number;
  readonly seed: number;
  readonly classes: number;
}

/** Grows whenever the same key would give other images. */
const version = 1;
const sumBytes = 32;

const sha256 = (pieces: readonly Uint8Array[]): Buffer =>
  pieces.reduce((hash, piece) => hash.update(piece), createHash('sha256')).digest();

/** The file of a key in the cache folder `home`. */
export function cachePath(home: string, { checksum, images, seed, classes }: CacheKey): string {
  const name = createHash('sha256')
    .update(JSON.stringify([version, checksum, images, seed, classes]))
    .digest('hex');
  return join(home, 'synthetic-images', `${name}.bin`);
}

/** The images of a cache file, in shared memory; undefined where it is not there, of another size or damaged. */
export async function readCached(path: string, bytes: number): Promise<Uint8Array | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (file?.length !== bytes + sumBytes) return undefined;
  const images = new Uint8Array(new SharedArrayBuffer(bytes));
  images.set(file.subarray(0, bytes));
  return sha256([file.subarray(0, bytes)]).equals(file.subarray(bytes)) ? images : undefined;
}

/** Writes a cache file, whole or not at all; two processes that make the same images may do so at once. */
export async function writeCached(path: string, images: Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  await writeFileAtomically(path, [images, sha256([images])]);
}
