// Reads one CIFAR binary file and checks it: a whole number of records, every label in range.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { addBytes } from '../../../common/checksum.js';
import { cannot, IsdaError, reasonOf, systemCode } from '../../../common/errors.js';
import { readWhole } from '../../../common/files.js';
import { specialKind } from '../../../common/special-files.js';
import { cifarChannels, cifarPixels, cifarPlane, type CifarFormat } from './format.js';

interface CifarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly records: number;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder',
};

/** The hint for a damaged file. Downloading refuses the folder of the file, so the command names another one. */
const again = ({ name }: CifarFormat): string =>
  `the file may be damaged or have another format; \`isda data download ${name} --out DIR\` gets the official files`;

function unreadable(format: CifarFormat, path: string, error: unknown): IsdaError {
  const reason = reasons[systemCode(error) ?? ''] ?? reasonOf(error);
  return cannot(`read ${format.title}`, reason, { code: 'data/damaged', place: path, cause: error });
}

/** Returns the number of records. Errors: the size is not a positive whole number of records. */
function countRecords(format: CifarFormat, path: string, size: number): number {
  const records = Math.floor(size / format.recordBytes);
  const rest = size - records * format.recordBytes;
  if (size === 0)
    throw cannot(`read ${format.title}`, 'the file is empty', {
      code: 'data/damaged',
      place: path,
      hint: again(format),
    });
  if (rest !== 0) {
    const reason =
      `the file is cut off at byte ${size}: record ${records} has ${rest} of its ${format.recordBytes} bytes ` +
      `(bytes ${records * format.recordBytes} … ${(records + 1) * format.recordBytes - 1})`;
    throw cannot(`read ${format.title}`, reason, { code: 'data/damaged', place: path, hint: again(format) });
  }
  return records;
}

function checkLabels(format: CifarFormat, path: string, bytes: Uint8Array, records: number): void {
  for (const { name, offset, classes } of [format.label, ...format.otherLabels]) {
    for (let record = 0; record < records; record++) {
      const value = bytes[record * format.recordBytes + offset];
      if (value >= classes) {
        const reason = `record ${record} has the ${name} ${value}; allowed are 0 … ${classes - 1}`;
        throw cannot(`read ${format.title}`, reason, { code: 'data/damaged', place: path, hint: again(format) });
      }
    }
  }
}

/**
 * Reads and checks one file of a CIFAR set. Errors name the file: missing, empty, truncated within a record, or with a
 * label out of range (records count from 0).
 */
export async function readCifarFile(format: CifarFormat, path: string): Promise<CifarFile> {
  let bytes: Uint8Array;
  try {
    const status = await stat(path);
    const kind = specialKind(status);
    if (kind !== undefined) throw new Error(`it is ${kind}`);
    // Before gigabytes are read.
    if (status.isFile()) countRecords(format, path, status.size);
    bytes = await readWhole(path);
  } catch (error) {
    throw error instanceof IsdaError ? error : unreadable(format, path, error);
  }
  const records = countRecords(format, path, bytes.length);
  checkLabels(format, path, bytes, records);
  return { path, bytes, records };
}

/**
 * Writes the pixels (planes to NHWC) and labels of a file's records into `images` and `labels`, starting at image
 * `first`.
 */
export function decodeRecords(
  format: CifarFormat,
  file: CifarFile,
  images: Uint8Array,
  labels: Int32Array,
  first: number,
): void {
  const { bytes, records } = file;
  const labelBytes = format.recordBytes - cifarPixels;
  for (let record = 0; record < records; record++) {
    const start = record * format.recordBytes;
    labels[first + record] = bytes[start + format.label.offset];
    const red = start + labelBytes;
    let target = (first + record) * cifarPixels;
    for (let pixel = red; pixel < red + cifarPlane; pixel++) {
      images[target] = bytes[pixel];
      images[target + 1] = bytes[pixel + cifarPlane];
      images[target + 2] = bytes[pixel + 2 * cifarPlane];
      target += cifarChannels;
    }
  }
}

/** Returns the md5 of the concatenated contents of the files, in hexadecimal. */
export function checksumOf(files: readonly CifarFile[]): string {
  const hash = createHash('md5');
  for (const { bytes } of files) addBytes(hash, bytes);
  return hash.digest('hex');
}
