// The files of a trained generator (one, or one per class) and their checksum.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileSha256 } from '../common/checksum.js';
import { readFailure } from '../common/files.js';

/** The name of the file in a run folder. */
export const generatorFile = 'generator.safetensors';

/** Returns the folder of a class's generator in the run folder of a config with `gan.perClass`. */
export const classFolder = (label: number): string => `class-${label}`;

const isThere = (path: string): boolean => existsSync(path) && statSync(path).isFile();

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw readFailure(folder, error);
  }
}

/**
 * Returns the generator files at a path: the file itself, `generator.safetensors` of a run folder, or those of its
 * folders `class-0`, `class-1`, … in this order. Empty if there are none yet. Errors: the folder cannot be read.
 */
export function generatorFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const own = join(path, generatorFile);
  if (isThere(own)) return [own];
  return namesIn(path)
    .flatMap((name) => /^class-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((label) => join(path, classFolder(label), generatorFile))
    .filter(isThere);
}

/**
 * Returns the SHA-256 (hex) of the generators at a path, independent of the path: of the file, or of the checksums of
 * several files. Undefined if there are none.
 */
export function generatorChecksum(path: string): string | undefined {
  const sums = generatorFiles(path).map(fileSha256);
  return sums.length > 1 ? createHash('sha256').update(sums.join('\n')).digest('hex') : sums[0];
}
