// Reads an image file's bytes and header.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { reasonOf, systemCode } from '../../../common/errors.js';
import { specialKind } from '../../../common/special-files.js';
import { BrokenImage } from '../../reader.js';
import { filePath } from './file-names.js';
import { readHeader, wholeFormat, type ImageHeader } from './header.js';

export interface ImageFile {
  readonly bytes: Buffer;
  /** Absent for a file that is decoded as a whole. */
  readonly header?: ImageHeader;
}

/** Reads a regular file. A pipe is opened without waiting for a writer. Errors: it is not a regular file. */
function readRegular(path: string): Buffer {
  const file = openSync(filePath(path), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const kind = specialKind(fstatSync(file));
    if (kind !== undefined) throw new BrokenImage(path, `it is ${kind}`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads a file's bytes and header. Errors: a BrokenImage. */
export function readImageFile(path: string): ImageFile {
  let bytes: Buffer;
  try {
    bytes = readRegular(path);
  } catch (error) {
    if (error instanceof BrokenImage) throw error;
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'permission denied',
      EISDIR: 'it is a folder',
      ENXIO: 'it is a socket',
    };
    throw new BrokenImage(path, reasons[systemCode(error) ?? ''] ?? reasonOf(error), error);
  }
  if (wholeFormat(bytes) !== undefined) return { bytes };
  const header = readHeader(bytes);
  if (typeof header === 'string') throw new BrokenImage(path, header);
  return { bytes, header };
}
