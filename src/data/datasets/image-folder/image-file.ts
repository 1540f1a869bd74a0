// Reads an image file's bytes and header.
import { readFileSync } from 'node:fs';
import { reasonOf, systemCode } from '../../../common/errors.js';
import { BrokenImage } from '../../reader.js';
import { filePath } from './file-names.js';
import { readHeader, wholeFormat, type ImageHeader } from './header.js';

export interface ImageFile {
  readonly bytes: Buffer;
  /** Absent: of a file that is decoded as a whole. */
  readonly header?: ImageHeader;
}

/** A file's bytes and its header. Throws a BrokenImage. */
export function readImageFile(path: string): ImageFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(filePath(path));
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'it may not be read',
      EISDIR: 'it is a folder',
    };
    throw new BrokenImage(path, reasons[systemCode(error) ?? ''] ?? reasonOf(error), error);
  }
  if (wholeFormat(bytes) !== undefined) return { bytes };
  const header = readHeader(bytes);
  if (typeof header === 'string') throw new BrokenImage(path, header);
  return { bytes, header };
}
