// Distinguishes the files of a synthetic data set in a folder from other files.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { cannot, type IsdaError } from '../../../common/errors.js';
import { cifarFormats, cifarNames } from '../cifar/format.js';
import { filesOf, nameLists, synthesizeRecords, type SynthesizeOptions } from './files.js';

/** Contains the options of a synthetic set; only a folder with this file is ever replaced. */
export const markFile = 'synthetic.json';

const markSchema = z.strictObject({
  name: z.enum(cifarNames),
  train: z.int().min(1),
  test: z.int().min(1),
  classes: z.int().min(2),
  seed: z.int(),
});

/** Returns the content of `markFile` for a set. */
export const markOf = ({ name, train, test, classes, seed }: SynthesizeOptions): string =>
  `${JSON.stringify({ name, train, test, classes, seed })}\n`;

/** Returns the state of a folder: it is missing, has a synthetic set with its options, or has something else. */
export async function stateOf(
  folder: string,
): Promise<{ readonly kind: 'free' | 'other' } | { readonly kind: 'synthetic'; readonly options: SynthesizeOptions }> {
  try {
    await stat(folder);
  } catch {
    return { kind: 'free' };
  }
  try {
    const path = join(folder, markFile);
    // A pipe would be waited for.
    if (!(await stat(path)).isFile()) return { kind: 'other' };
    const text = await readFile(path, 'utf8');
    return { kind: 'synthetic', options: markSchema.parse(JSON.parse(text)) };
  } catch {
    return { kind: 'other' };
  }
}

/** Whether a file has the size, the first and the last record of the file that `synthesize` wrote. */
async function isAsWritten(path: string, options: SynthesizeOptions, entry: ReturnType<typeof filesOf>[number]) {
  const { recordBytes } = cifarFormats[options.name];
  const file = await open(path, 'r');
  try {
    if ((await file.stat()).size !== entry.count * recordBytes) return false;
    for (const index of new Set([0, entry.count - 1])) {
      const { buffer } = await file.read(Buffer.alloc(recordBytes), 0, recordBytes, index * recordBytes);
      if (!buffer.equals(synthesizeRecords(options, entry.part, entry.first + index, 1))) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}

/** The contents of a folder with a synthetic set. */
export interface Contents {
  /** Unchanged files of the set. */
  readonly own: readonly string[];
  /** Everything else. */
  readonly foreign: readonly string[];
}

/** Separates the files of a synthetic set from others. Errors: a file with a name of the set has other content. */
export async function contentsOf(folder: string, options: SynthesizeOptions): Promise<Contents> {
  const files = new Map(filesOf(options).map((entry) => [entry.file, entry]));
  const lists = nameLists(options);
  const names = await readdir(folder);
  const own: string[] = [markFile];
  for (const name of names) {
    const entry = files.get(name);
    const list = lists.get(name);
    if (entry === undefined && list === undefined) continue;
    const path = join(folder, name);
    const isSame = async (): Promise<boolean> =>
      entry ? isAsWritten(path, options, entry) : (await readFile(path, 'utf8')) === list;
    if (!(await stat(path)).isFile() || !(await isSame())) throw takenName(path);
    own.push(name);
  }
  return { own, foreign: names.filter((name) => !own.includes(name)) };
}

/** Returns the error for a foreign file at the path of a file of a set. */
export function takenName(path: string): IsdaError {
  return cannot('synthesize images', `${basename(path)} is not an unmodified file of the synthetic set`, {
    code: 'file/exists',
    place: path,
    hint: 'choose another folder with --out, or move the file away',
  });
}
