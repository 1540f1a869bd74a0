// The files of a synthetic data set in the binary format of CIFAR-10 or CIFAR-100.
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

/**
 * Creates the records of images first … first + count − 1 of a part. Image i has label i mod classes and is a pure
 * function of (seed, part, i, classes).
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

/**
 * Returns the files of a part with their first image and number of images: spread evenly, the rest over the first
 * files.
 */
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

/** Returns the image files of a set as `synthesize` writes them. */
export const filesOf = (options: SynthesizeOptions) => {
  const format = cifarFormats[options.name];
  return [...layout(format, 'train', options.train), ...layout(format, 'test', options.test)];
};

/** Returns the lists of class names of a set, by file name. */
export function nameLists({ name, classes }: SynthesizeOptions): ReadonlyMap<string, string> {
  const { labelFile, otherLabels } = cifarFormats[name];
  const listOf = (count: number, nameOf: (label: number) => string): string =>
    `${Array.from({ length: count }, (_, label) => nameOf(label)).join('\n')}\n`;
  const coarse = otherLabels.map(({ classes: groups }): [string, string] => [
    'coarse_label_names.txt',
    listOf(groups, (label) => `synthetic_group_${label}`),
  ]);
  return new Map([[labelFile, listOf(classes, syntheticClassName)], ...coarse]);
}
