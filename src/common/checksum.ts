// Checksums of files.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { readFailure } from './files.js';

/** Returns the SHA-256 (hex) of a file, which is streamed. Errors: it cannot be read. */
export function fileSha256(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  try {
    const file = openSync(path, 'r');
    try {
      for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
        hash.update(chunk.subarray(0, read));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw readFailure(path, error);
  }
  return hash.digest('hex');
}
