// Disk cache of generated images, shared by all runs that use them.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { sha256 } from '../../../common/checksum.js';
import { makeFolder, readWhole, writeFileAtomically } from '../../../common/files.js';

/** The values that determine the images. */
interface CacheKey {
  /** Checksum of the generators. */
  readonly checksum: string;
  readonly images: number;
  readonly seed: number;
  readonly classes: number;
}

/** Increased when the same key would give other images. */
const version = 1;
const sumBytes = 32;

const sumOf = (images: Uint8Array): Buffer => Buffer.from(sha256([images]), 'hex');

/** Returns the path of a key's file in the cache folder `home`. */
export function cachePath(home: string, { checksum, images, seed, classes }: CacheKey): string {
  const name = createHash('sha256')
    .update(JSON.stringify([version, checksum, images, seed, classes]))
    .digest('hex');
  return join(home, 'synthetic-images', `${name}.bin`);
}

/** Reads the images of a cache file into shared memory; undefined if it is missing, damaged or of another size. */
export async function readCached(path: string, bytes: number): Promise<Uint8Array | undefined> {
  const file = await readWhole(path).catch(() => undefined);
  if (file?.length !== bytes + sumBytes) return undefined;
  const images = new Uint8Array(new SharedArrayBuffer(bytes));
  images.set(file.subarray(0, bytes));
  return sumOf(images).equals(file.subarray(bytes)) ? images : undefined;
}

/** Writes a cache file atomically; two processes may write the same images at the same time. */
export async function writeCached(path: string, images: Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  await writeFileAtomically(path, [images, sumOf(images)]);
}
