// Writes a synthetic data set in the binary format of CIFAR-10 or CIFAR-100.
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, reasonOf, type IsdaError } from '../../../common/errors.js';
import { makeFolder } from '../../../common/files.js';
import { formatBytes } from '../../../common/format.js';
import { randomStream } from '../../../common/random.js';
import { syntheticClassName } from '../../class-names.js';
import { cifarFormats, cifarPixels, type CifarFormat, type CifarName, type DatasetPart } from '../cifar/format.js';
import { createPainter } from './images.js';

export interface SynthesizeOptions {
  readonly name: CifarName;
  /** Number of training images. */
  readonly train: number;
  /** Number of test images. */
  readonly test: number;
  /** Labels 0 … classes − 1 occur; at most the classes of the format. */
  readonly classes: number;
  readonly seed: number;
}

/** Of a set: more does not fit into one array of Node.js 20. */
const maxBytes = 2 ** 32;

/** Names the options a synthetic set was made from; only a folder that holds it is ever replaced. */
const markFile = 'synthetic.json';

/**
 * The records of images first … first + count − 1 of a part. Image i has label i mod classes and is a pure function of
 * (seed, part, i, classes).
 */
export function synthesizeRecords(
  options: Pick<SynthesizeOptions, 'name' | 'classes' | 'seed'>,
  part: DatasetPart,
  first: number,
  count: number,
): Uint8Array {
  const { name, classes, seed } = options;
  const { recordBytes, label, otherLabels } = cifarFormats[name];
  const bytes = new Uint8Array(count * recordBytes);
  const paint = createPainter(classes);
  for (let record = 0; record < count; record++) {
    const start = record * recordBytes;
    const value = (first + record) % classes;
    bytes[start + label.offset] = value;
    for (const other of otherLabels) bytes[start + other.offset] = Math.floor((value * other.classes) / label.classes);
    paint(value, randomStream(seed, 'synthetic', part, first + record), bytes, start + recordBytes - cifarPixels);
  }
  return bytes;
}

/** The files of a part with their first image and number of images: spread evenly, the first ones fuller. */
function layout(format: CifarFormat, part: DatasetPart, count: number) {
  const files = format.files[part];
  const even = Math.floor(count / files.length);
  const rest = count - even * files.length;
  return files
    .map((file, index) => ({
      file,
      part,
      first: index * even + Math.min(index, rest),
      count: even + (index < rest ? 1 : 0),
    }))
    .filter((entry) => entry.count > 0);
}

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
    throw refuse(`${train} training and ${test} test images take ${bytes}; such a set is read whole, and at most ${most} images fit`); // prettier-ignore
  }
  if (!Number.isInteger(classes) || classes < 2 || classes > label.classes) {
    throw refuse(`classes is ${classes}; ${title}'s format allows 2 … ${label.classes}`);
  }
}

/** What the folder holds: nothing, a synthetic set (its options as text) or something else. */
async function stateOf(folder: string): Promise<{ kind: 'free' | 'other' } | { kind: 'synthetic'; mark: string }> {
  try {
    await stat(folder);
  } catch {
    return { kind: 'free' };
  }
  try {
    return { kind: 'synthetic', mark: await readFile(join(folder, markFile), 'utf8') };
  } catch {
    return { kind: 'other' };
  }
}

async function writeSet(aside: string, options: SynthesizeOptions, files: ReturnType<typeof layout>): Promise<void> {
  const format = cifarFormats[options.name];
  for (const { file, part, first, count } of files) {
    await writeFile(join(aside, file), synthesizeRecords(options, part, first, count));
  }
  const names = Array.from({ length: options.classes }, (_, label) => syntheticClassName(label));
  await writeFile(join(aside, format.labelFile), `${names.join('\n')}\n`);
  if (format.otherLabels.length > 0) {
    const coarse = Array.from({ length: format.otherLabels[0].classes }, (_, label) => `synthetic_group_${label}`);
    await writeFile(join(aside, 'coarse_label_names.txt'), `${coarse.join('\n')}\n`);
  }
}

export interface SyntheticResult {
  readonly folder: string;
  /** Files with their number of records. */
  readonly files: readonly { readonly file: string; readonly part: DatasetPart; readonly count: number }[];
  /** `present`: the same set was there already and nothing was done. */
  readonly outcome: 'written' | 'present';
}

/**
 * Makes a learnable data set in `directory`, in the official folder and file names: written aside, then moved into place.
 * An earlier synthetic set is replaced. Throws a usage error on bad numbers, and an error where the folder holds
 * anything but a synthetic set.
 */
export async function synthesize(options: SynthesizeOptions, directory: string): Promise<SyntheticResult> {
  checkOptions(options);
  const format = cifarFormats[options.name];
  const folder = join(directory, format.folder);
  const files = [...layout(format, 'train', options.train), ...layout(format, 'test', options.test)];
  const { name, train, test, classes, seed } = options;
  const mark = `${JSON.stringify({ name, train, test, classes, seed })}\n`;
  const state = await stateOf(folder);
  if (state.kind === 'other') {
    throw cannot('synthesize images', 'the folder is there already, and does not hold a synthetic set', {
      code: 'file/exists',
      place: folder,
      hint: 'choose another folder with --out',
    });
  }
  if (state.kind === 'synthetic' && state.mark === mark) return { folder, files, outcome: 'present' };
  await makeFolder(directory);
  let aside: string | undefined;
  try {
    aside = await mkdtemp(join(directory, '.synthesizing-'));
    const made = join(aside, 'new');
    await mkdir(made);
    await writeSet(made, options, files);
    await writeFile(join(made, markFile), mark);
    if (state.kind === 'synthetic') await rename(folder, join(aside, 'old'));
    await rename(made, folder);
  } catch (error) {
    throw cannot('synthesize images', reasonOf(error), { code: 'file/write', place: folder, cause: error });
  } finally {
    if (aside !== undefined) await rm(aside, { recursive: true, force: true });
  }
  return { folder, files, outcome: 'written' };
}
