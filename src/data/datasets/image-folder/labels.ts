// Reads the labels of a flat validation folder from one of the files that come with ImageNet.
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { cannot, type IsdaError } from '../../../common/errors.js';
import { readFailure } from '../../../common/files.js';

/**
 * The files looked for, first to last: Kaggle's, `IMAGE CLASS` a line as Caffe's val.txt, and TensorFlow's list of one
 * class a line in the order of the images' names.
 */
const labelFiles = [
  'LOC_val_solution.csv',
  'val_labels.txt',
  'val.txt',
  'imagenet_2012_validation_synset_labels.txt',
] as const;

function unusable(path: string, reason: string, hint?: string): IsdaError {
  return cannot('read the labels of the validation images', reason, { code: 'data/labels', place: path, hint });
}

/** The label file of a folder, in it or in its val/. Errors: there is none. */
export async function findLabelFile(root: string): Promise<string> {
  for (const name of labelFiles) {
    for (const path of [join(root, name), join(root, 'val', name)]) {
      const status = await stat(path).catch(() => undefined);
      if (status?.isFile()) return path;
    }
  }
  throw unusable(
    join(root, 'val'),
    'its images are not in folders of classes, and there is no file of their labels',
    `put one of ${labelFiles.join(', ')} into ${root}`,
  );
}

const stem = (file: string): string => basename(file, extname(file));

/** What a line says: the image's name, where it has one, and the class. */
interface Line {
  readonly image: string | undefined;
  readonly label: string;
  readonly number: number;
}

function parseLines(path: string, text: string): Line[] {
  const kaggle = basename(path) === 'LOC_val_solution.csv';
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ words: line.split(/[\s,]+/).filter((word) => word !== ''), number: index + 1 }));
  return lines
    .filter(({ words, number }) => words.length > 0 && !(kaggle && number === 1 && words[0] === 'ImageId'))
    .map(({ words, number }) =>
      words.length === 1
        ? { image: undefined, label: words[0], number }
        : { image: stem(words[0]), label: words[1], number },
    );
}

/**
 * The label of each of `images` (sorted names), a position in `classes`. A class is given by its name, or, beside the
 * image's name, by its position in the sorted names.
 * Errors: an unknown class, an image without a label, as many lines as there are not images.
 */
export async function readLabels(
  path: string,
  images: readonly string[],
  classes: readonly string[],
): Promise<Int32Array> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw readFailure(path, error);
  });
  const lines = parseLines(path, text);
  const positions = new Map(classes.map((name, position) => [name, position]));
  const labelOf = ({ image, label, number }: Line): number => {
    const position = positions.get(label);
    if (position !== undefined) return position;
    if (image !== undefined && /^\d+$/.test(label) && Number(label) < classes.length) return Number(label);
    const isNumber = image === undefined && /^\d+$/.test(label);
    throw unusable(
      `${path}:${number}`,
      `${label} is not a class of train/`,
      isNumber ? "numbers alone, as in ImageNet's development kit, are not in the order of the folders" : undefined,
    );
  };
  const named = lines.filter(({ image }) => image !== undefined);
  if (named.length === 0) {
    if (lines.length !== images.length) {
      throw unusable(path, `it has ${lines.length} lines for ${images.length} images`);
    }
    return Int32Array.from(lines, labelOf);
  }
  if (named.length < lines.length) throw unusable(path, 'some lines name an image and some do not');
  const byImage = new Map(lines.map((line) => [line.image, line]));
  return Int32Array.from(images, (file) => {
    const line = byImage.get(stem(file));
    if (line === undefined) throw unusable(path, `it has no label for ${file}`);
    return labelOf(line);
  });
}
