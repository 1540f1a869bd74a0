// Writes a synthetic data set in the binary format of CIFAR-10 or CIFAR-100.
import { mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, type IsdaError } from '../../../common/errors.js';
import { makeFolder, writeFailureWithSpace } from '../../../common/files.js';
import { formatBytes } from '../../../common/format.js';
import { replaceFolder } from '../../../common/replace-folder.js';
import { cifarFormats, type DatasetPart } from '../cifar/format.js';
import { filesOf, nameLists, synthesizeRecords, type SynthesizeOptions } from './files.js';
import { contentsOf, markFile, markOf, stateOf, takenName, type Contents } from './own-files.js';

/** Maximum size of a set, so that it fits into one array of Node.js 20. */
const maxBytes = 2 ** 32;

function checkOptions({ name, train, test, classes }: SynthesizeOptions): void {
  const { title, label } = cifarFormats[name];
  const refuse = (reason: string): IsdaError =>
    cannot('synthesize images', reason, { code: 'data/settings', kind: 'usage' });
  for (const [what, value] of Object.entries({ train, test })) {
    if (!Number.isInteger(value) || value < 1) throw refuse(`${what} is ${value}; a positive whole number is needed`);
  }
  const { recordBytes } = cifarFormats[name];
  const most = Math.floor(maxBytes / recordBytes);
  if (train + test > most) {
    const bytes = formatBytes((train + test) * recordBytes);
    throw refuse(`${train} training and ${test} test images take ${bytes}; a set is read into one array, which holds at most ${most} images`); // prettier-ignore
  }
  if (!Number.isInteger(classes) || classes < 2 || classes > label.classes) {
    throw refuse(`classes is ${classes}; ${title}'s format allows 2 … ${label.classes}`);
  }
}

async function writeSet(aside: string, options: SynthesizeOptions): Promise<void> {
  for (const { file, part, first, count } of filesOf(options)) {
    await writeFile(join(aside, file), synthesizeRecords(options, part, first, count));
  }
  for (const [file, names] of nameLists(options)) await writeFile(join(aside, file), names);
}

interface SyntheticResult {
  readonly folder: string;
  /** Files with their number of records. */
  readonly files: readonly { readonly file: string; readonly part: DatasetPart; readonly count: number }[];
  /** `present`: the same set existed already and nothing was written. */
  readonly outcome: 'written' | 'present';
}

/**
 * Creates a learnable data set in `directory`, with the official folder and file names: written to a temporary folder,
 * then moved into place. The files of an earlier synthetic set are replaced; other files stay. Errors: (usage) invalid
 * numbers; the folder does not contain a synthetic set, or has other files with names of the set.
 */
export async function synthesize(options: SynthesizeOptions, directory: string): Promise<SyntheticResult> {
  checkOptions(options);
  const folder = join(directory, cifarFormats[options.name].folder);
  const files = filesOf(options);
  const mark = markOf(options);
  const state = await stateOf(folder);
  if (state.kind === 'other') {
    throw cannot('synthesize images', 'the folder already exists and does not contain a synthetic set', {
      code: 'file/exists',
      place: folder,
      hint: 'choose another folder with --out',
    });
  }
  const found = state.kind === 'synthetic' ? await contentsOf(folder, state.options) : undefined;
  const isWhole = found?.own.length === files.length + nameLists(options).size + 1;
  if (state.kind === 'synthetic' && markOf(state.options) === mark && isWhole) {
    return { folder, files, outcome: 'present' };
  }
  const taken = found?.foreign.find((each) => files.some(({ file }) => file === each));
  if (taken !== undefined) throw takenName(join(folder, taken));
  await makeFolder(directory);
  let aside: string | undefined;
  try {
    aside = await mkdtemp(join(directory, '.synthesizing-'));
    const made = join(aside, 'new');
    await mkdir(made);
    await writeSet(made, options);
    await writeFile(join(made, markFile), mark);
    if (found === undefined) await rename(made, folder);
    else await swap(folder, made, join(aside, 'old'), found);
  } catch (error) {
    throw await writeFailureWithSpace(folder, error);
  } finally {
    if (aside !== undefined) await removeAside(aside, found?.own ?? []);
  }
  return { folder, files, outcome: 'written' };
}

/** Moves `folder` to `old`, `made` to `folder`, and the foreign files of the old folder into the new one. */
async function swap(folder: string, made: string, old: string, { foreign }: Contents): Promise<void> {
  await replaceFolder(folder, made, old);
  for (const name of foreign) await rename(join(old, name), join(folder, name));
}

/** Removes the temporary folder and the files of the old set in it; foreign files that are still there are kept. */
async function removeAside(aside: string, own: readonly string[]): Promise<void> {
  await rm(join(aside, 'new'), { recursive: true, force: true });
  for (const name of own) await rm(join(aside, 'old', name), { force: true });
  for (const folder of [join(aside, 'old'), aside]) await rmdir(folder).catch(() => undefined);
}
