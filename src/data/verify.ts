// Verifies the files of a data set: records, labels, class balance, checksums.
import { basename } from 'node:path';
import { IsdaError } from '../common/errors.js';
import { hasUsualNames, readClassNames } from './datasets/cifar/class-names.js';
import { readCifarFile, checksumOf } from './datasets/cifar/file.js';
import { cifarFormats, type CifarFormat, type CifarName, type DatasetPart } from './datasets/cifar/format.js';
import { requireComplete } from './datasets/cifar/official.js';
import { partFiles } from './locate.js';

interface FileReport {
  readonly file: string;
  readonly records: number;
  readonly md5: string;
  /** Whether the md5 is that of the official file of this name. */
  readonly official: boolean;
}

export interface PartReport {
  readonly part: DatasetPart;
  readonly count: number;
  /** Number of images per class. */
  readonly classCounts: readonly number[];
  readonly files: readonly FileReport[];
}

export interface DatasetReport {
  readonly name: CifarName;
  readonly folder: string;
  readonly parts: readonly PartReport[];
  /** Whether these are the official files, and complete. */
  readonly official: boolean;
  /** Whether the class names are the official ones in order, default names, or those of a synthetic set. */
  readonly usualNames: boolean;
  /** A missing part or file, a truncated file, a label out of range. Empty if the set can be used. */
  readonly problems: readonly { readonly message: string; readonly place: string }[];
}

async function verifyPart(
  format: CifarFormat,
  folder: string,
  part: DatasetPart,
  onProblem: (error: unknown) => void,
): Promise<PartReport> {
  const classCounts = new Array<number>(format.label.classes).fill(0);
  const files: FileReport[] = [];
  const paths = await partFiles(format, folder, part).catch((error: unknown) => {
    onProblem(error);
    return [];
  });
  for (const path of paths) {
    try {
      const read = await readCifarFile(format, path);
      for (let record = 0; record < read.records; record++) {
        classCounts[read.bytes[record * format.recordBytes + format.label.offset]]++;
      }
      const md5 = checksumOf([read]);
      const file = basename(path);
      files.push({ file, records: read.records, md5, official: format.md5[file] === md5 });
    } catch (error) {
      onProblem(error);
    }
  }
  return { part, count: files.reduce((sum, file) => sum + file.records, 0), classCounts, files };
}

/** Reads every file of the data set in `folder`. Problems of the files are reported, not thrown. */
export async function verifyDataset(name: CifarName, folder: string): Promise<DatasetReport> {
  const format = cifarFormats[name];
  const problems: { message: string; place: string }[] = [];
  const onProblem = (error: unknown): undefined => {
    if (!(error instanceof IsdaError)) throw error;
    problems.push({ message: error.message, place: error.place ?? folder });
  };
  const parts = [
    await verifyPart(format, folder, 'train', onProblem),
    await verifyPart(format, folder, 'test', onProblem),
  ];
  await requireComplete(format, folder).catch(onProblem);
  const officialFiles = parts.flatMap((part) => part.files.filter((file) => file.official));
  const official = officialFiles.length === Object.keys(format.md5).length;
  const classNames = await readClassNames(format, folder).catch(onProblem);
  const usualNames = classNames === undefined || hasUsualNames(format, classNames);
  return { name, folder, parts, official, usualNames, problems };
}
