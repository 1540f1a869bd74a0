// Tells the files of a synthetic data set in a folder from those of somebody else.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { cannot, type IsdaError } from '../../../common/errors.js';
import { cifarFormats, cifarNames } from '../cifar/format.js';
import { filesOf, nameLists, synthesizeRecords, type SynthesizeOptions } from './files.js';

/** Names the options a synthetic set was made from; only a folder that holds it is ever replaced. */
export const markFile = 'synthetic.json';

const markSchema = z.strictObject({
  name: z.enum(cifarNames),
  train: z.int().min(1),
  test: z.int().min(1),
  classes: z.int().min(2),
  seed: z.int(),
});

/** The text of the mark of a set. */
export const markOf = ({ name, train, test, classes, seed }: SynthesizeOptions): string =>
  `${JSON.stringify({ name, train, test, classes, seed })}\n`;

/** What the folder holds: nothing, a synthetic set made with these options, or something else. */
export async function stateOf(
  folder: string,
): Promise<{ readonly kind: 'free' | 'other' } | { readonly kind: 'synthetic'; readonly options: SynthesizeOptions }> {
  try {
    await stat(folder);
  } catch {
    return { kind: 'free' };
  }
  try {
    const text = await readFile(join(folder, markFile), 'utf8');
    return { kind: 'synthetic', options: markSchema.parse(JSON.parse(text)) };
  } catch {
    return { kind: 'other' };
  }
}

/** Whether a file has the size, the first and the last record of the one that `synthesize` wrote. */
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

/** What a folder with a synthetic set holds. */
export interface Contents {
  /** Files of the set that are as they were written. */
  readonly own: readonly string[];
  /** Everything else. */
  readonly foreign: readonly string[];
}

/** Tells the files of a synthetic set from others. Errors: a file of the set's names is another one now. */
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
    const same = entry ? await isAsWritten(path, options, entry) : (await readFile(path, 'utf8')) === list;
    if (!same) throw takenName(path);
    own.push(name);
  }
  return { own, foreign: names.filter((name) => !own.includes(name)) };
}

/** The error for a file of somebody else's where one of a set would be written. */
export function takenName(path: string): IsdaError {
  return cannot('synthesize images', `${basename(path)} is not the file that was written there`, {
    code: 'file/exists',
    place: path,
    hint: 'choose another folder with --out, or move the file away',
  });
}
