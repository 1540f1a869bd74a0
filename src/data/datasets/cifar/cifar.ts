// Loads CIFAR-10 and CIFAR-100 from their binary files.
import { hasUsualNames, md5, readClassNames } from './class-names.js';
import { checksumOf, decodeRecords, readCifarFile } from './file.js';
import {
  cifarChannels,
  cifarFormats,
  cifarMean,
  cifarPixels,
  cifarSide,
  cifarStd,
  type CifarFormat,
  type CifarName,
  type DatasetPart,
} from './format.js';
import { requireComplete } from './official.js';
import { findCifarFolder, nothingFound, partFiles } from '../../locate.js';
import type { MemorySource } from '../../source.js';

/**
 * Returns the md5 that identifies a part for runs: that of its files. If the class names are not the usual ones, it
 * includes them in their order, because they define the meaning of the labels.
 */
function digestOf(format: CifarFormat, checksum: string, classNames: readonly string[]): string {
  return hasUsualNames(format, classNames) ? checksum : md5(`${checksum}\n${classNames.join('\n')}`);
}

/**
 * Loads one part of a CIFAR set. `directory` is the folder of the binary files or its parent. Accepts any positive
 * whole number of records, also fewer files than the official ones if the last are missing, but not an incomplete
 * official set. Errors name the file: missing, empty, truncated (with the byte) or with a label out of range (with the
 * record).
 */
export async function loadCifar(source: {
  readonly name: CifarName;
  readonly directory: string;
  readonly part: DatasetPart;
}): Promise<MemorySource> {
  const format = cifarFormats[source.name];
  const folder = await findCifarFolder(format, source.directory);
  if (folder === undefined) throw await nothingFound(format, [source.directory]);
  const paths = await partFiles(format, folder, source.part);
  await requireComplete(format, folder);
  const [classNames, ...files] = await Promise.all([
    readClassNames(format, folder),
    ...paths.map((path) => readCifarFile(format, path)),
  ]);
  const count = files.reduce((sum, file) => sum + file.records, 0);
  const images = new Uint8Array(new SharedArrayBuffer(count * cifarPixels));
  const labels = new Int32Array(count);
  let first = 0;
  for (const file of files) {
    decodeRecords(format, file, images, labels, first);
    first += file.records;
  }
  const checksum = checksumOf(files);
  return {
    name: format.name,
    part: source.part,
    classNames,
    classes: format.label.classes,
    height: cifarSide,
    width: cifarSide,
    channels: cifarChannels,
    mean: cifarMean,
    std: cifarStd,
    count,
    labels,
    storage: { kind: 'memory', images },
    checksum,
    digest: digestOf(format, checksum, classNames),
    official: checksum === format.partMd5[source.part],
  };
}
