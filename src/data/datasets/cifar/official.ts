// Distinguishes official CIFAR files from others, and an incomplete official set from a custom set.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot } from '../../../common/errors.js';
import { readFailure } from '../../../common/files.js';
import type { CifarFormat, DatasetPart } from './format.js';

/** Returns the md5 of a file in hexadecimal; the file is streamed. Errors: `cannot read X: reason`, with `hint`. */
export async function md5OfFile(path: string, hint?: string): Promise<string> {
  const hash = createHash('md5');
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    throw readFailure(path, error, hint);
  }
  return hash.digest('hex');
}

/** Whether `folder` holds exactly the official files of a data set. */
export async function isOfficial(format: CifarFormat, folder: string): Promise<boolean> {
  for (const [file, md5] of Object.entries(format.md5)) {
    const found = await md5OfFile(join(folder, file)).catch(() => undefined);
    if (found !== md5) return false;
  }
  return true;
}

/** Returns the size in bytes of a file of the official set, whose images are spread evenly over the files of a part. */
const officialBytes = ({ files, officialCount, recordBytes }: CifarFormat, part: DatasetPart): number =>
  (officialCount[part] / files[part].length) * recordBytes;

/**
 * Errors: some files in `folder` are official ones, but others are missing or have fewer records, as after an
 * interrupted copy. Custom sets, with any number of records, pass. No content is read if all files are large enough.
 */
export async function requireComplete(format: CifarFormat, folder: string): Promise<void> {
  const files = (['train', 'test'] as const).flatMap((part) =>
    format.files[part].map((file) => ({ file, expected: officialBytes(format, part) })),
  );
  const sized = await Promise.all(
    files.map(async (each) => {
      const size = await stat(join(folder, each.file)).then((status) => status.size, () => 0); // prettier-ignore
      return { ...each, size };
    }),
  );
  const short = sized.filter(({ size, expected }) => size < expected);
  if (short.length === 0) return;
  for (const { file } of sized.filter(({ size, expected }) => size === expected)) {
    if ((await md5OfFile(join(folder, file))) !== format.md5[file]) continue;
    const wanting = short.map(({ file: name, size, expected }) =>
      size === 0
        ? `${name} is missing`
        : `${name} has ${Math.floor(size / format.recordBytes)} of its ${expected / format.recordBytes} records`,
    );
    throw cannot(`use ${format.title}`, `the set is not complete: ${wanting.join(', ')}`, {
      code: 'data/damaged',
      place: folder,
      hint: `\`isda data download ${format.name} --out DIR\` gets the whole set; dataset.subset uses a part of it`,
    });
  }
}
