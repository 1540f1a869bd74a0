// Reads the labels of a flat validation folder from one of the files that come with ImageNet.
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { IsdaError } from '../../../common/errors.js';
import { readFailure } from '../../../common/files.js';
import { comparable, decodeName, filePath } from './file-names.js';
import { labelFiles } from './listing.js';
import { classesOfLines, divisions, unusableLabels, type LabelLine } from './label-classes.js';

/** Finds the label file, in a root or in its `folder` of evaluation images; undefined if there is none. */
export async function findLabelFile(root: string, folder: string): Promise<string | undefined> {
  for (const name of labelFiles) {
    for (const path of [join(root, name), join(root, folder, name)]) {
      const status = await stat(filePath(path)).catch(() => undefined);
      if (status?.isFile()) return path;
    }
  }
  return undefined;
}

/** Returns the error for evaluation images without class folders and without a label file. */
export const noLabels = (root: string, folder: string): IsdaError =>
  unusableLabels(
    join(root, folder),
    'its images are not in class folders, and there is no label file',
    `put one of ${labelFiles.join(', ')} into ${root}`,
  );

const stem = (file: string): string => basename(file, extname(file));

/** Finds an image by its name, or by its name without the extension, which a label file may omit or change. */
interface Images {
  /** Returns the image's position; undefined if none has that name. Errors: several have it without the extension. */
  readonly find: (name: string, place: string) => number | undefined;
  /** Whether an image has this name with its extension. */
  readonly has: (name: string) => boolean;
}

function imagesOf(files: readonly string[]): Images {
  const exact = new Map(files.map((file, position) => [comparable(basename(file)), position]));
  const stems = new Map<string, number[]>();
  files.forEach((file, position) => {
    const name = comparable(stem(file));
    stems.set(name, [...(stems.get(name) ?? []), position]);
  });
  return {
    has: (written) => exact.has(comparable(basename(written))),
    find(written, place) {
      const name = comparable(basename(written));
      const position = exact.get(name);
      if (position !== undefined) return position;
      const same = stems.get(name) ?? stems.get(stem(name)) ?? [];
      if (same.length < 2) return same[0];
      throw unusableLabels(place, `${written} may be ${same.map((each) => basename(files[each])).join(' or ')}`);
    },
  };
}

/**
 * Returns the lines that are not empty. If all of them are classes, they do not name images. Otherwise a line is
 * divided after the first part that is an image of the folder, or after its first word if no part is.
 */
function parseLines(path: string, whole: string, images: Images, isClass: (name: string) => boolean): LabelLine[] {
  const kaggle = basename(path) === 'LOC_val_solution.csv';
  const lines = whole
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text, number }) => text !== '' && !(kaggle && number === 1 && text.startsWith('ImageId')));
  if (lines.every((line) => isClass(line.text))) {
    return lines.map(({ text, number }) => ({ image: undefined, label: text, number }));
  }
  return lines.map(({ text, number }) => {
    const divided = divisions(text);
    const [image, label] =
      divided.find(([name]) => images.has(name)) ??
      divided.find(([name]) => images.find(name, `${path}:${number}`) !== undefined) ??
      divided.at(0) ??
      [];
    return { image, label: label ?? text, number };
  });
}

/**
 * Returns the label of each of `images` (sorted names), a position in `classes` (`classesOfLines`). Errors: an unknown
 * class; an image without a label or with two; a number of lines other than that of the images.
 */
export async function readLabels(
  path: string,
  images: readonly string[],
  classes: readonly string[],
): Promise<Int32Array> {
  const bytes = await readFile(filePath(path)).catch((error: unknown) => {
    throw readFailure(path, error);
  });
  const names = new Set(classes.map(comparable));
  const byName = imagesOf(images);
  const lines = parseLines(path, decodeName(bytes), byName, (name) => names.has(comparable(name)));
  const named = lines.filter(({ image }) => image !== undefined);
  if (named.length === 0) {
    if (lines.length !== images.length) {
      throw unusableLabels(path, `it has ${lines.length} lines for ${images.length} images`);
    }
    return Int32Array.from(classesOfLines(path, lines, classes));
  }
  if (named.length < lines.length) throw unusableLabels(path, 'some lines name an image and some do not');
  // Lines of missing images are ignored.
  const own = named.flatMap((line) => {
    const position = byName.find(line.image!, `${path}:${line.number}`);
    return position === undefined ? [] : [{ line, position }];
  });
  return labelsByName(path, images, own, classes);
}

/** Returns the label of each image from the lines with its name. Errors: an image without a label, or with two. */
function labelsByName(
  path: string,
  images: readonly string[],
  own: readonly { readonly line: LabelLine; readonly position: number }[],
  classes: readonly string[],
): Int32Array {
  const labels = classesOfLines(
    path,
    own.map(({ line }) => line),
    classes,
  );
  const found = new Map<number, { readonly label: number; readonly number: number }>();
  own.forEach(({ line: { number }, position }, index) => {
    const before = found.get(position);
    if (before !== undefined && before.label !== labels[index]) {
      throw unusableLabels(`${path}:${number}`, `${images[position]} has another label in line ${before.number}`);
    }
    found.set(position, { label: labels[index], number });
  });
  return Int32Array.from(images, (file, position) => {
    const line = found.get(position);
    if (line === undefined) throw unusableLabels(path, `it has no label for ${basename(file)}`);
    return line.label;
  });
}
