// Checksums of files and of bytes.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { readFailure } from './files.js';

/** Bytes per call of a hash, of which Node.js takes at most 2 GiB. */
const callBytes = 1 << 30;

/** Adds bytes of any length to a hash. */
export function addBytes(hash: Pick<Hash, 'update'>, bytes: Uint8Array, maxBytes = callBytes): void {
  for (let at = 0; at < bytes.length; at += maxBytes) hash.update(bytes.subarray(at, at + maxBytes));
}

/** Returns the SHA-256 (hex) of concatenated bytes of any length. */
export function sha256(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) addBytes(hash, piece);
  return hash.digest('hex');
}

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
