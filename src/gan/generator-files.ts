// The files of a trained generator, one or one for each class, and their checksum.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileSha256 } from '../common/files.js';

/** The name of the file in a run folder. */
export const generatorFile = 'generator.safetensors';

/** The folder of a class's generator in the run folder of a config with `gan.perClass`. */
export const classFolder = (label: number): string => `class-${label}`;

const isThere = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/**
 * The files of the generators at a path: that file itself, or `generator.safetensors` of a run folder, or those of its
 * folders `class-0`, `class-1`, … in their order. None where there are none yet.
 */
export function generatorFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const own = join(path, generatorFile);
  if (isThere(own)) return [own];
  return readdirSync(path)
    .flatMap((name) => /^class-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((label) => join(path, classFolder(label), generatorFile))
    .filter(isThere);
}

/**
 * SHA-256 (hex) of the generators at a path, wherever it is: of the file, or of several files' own; undefined: none.
 */
export function generatorChecksum(path: string): string | undefined {
  const sums = generatorFiles(path).map(fileSha256);
  return sums.length > 1 ? createHash('sha256').update(sums.join('\n')).digest('hex') : sums[0];
}
