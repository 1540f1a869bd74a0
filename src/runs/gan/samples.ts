// Chooses the samples of a generator to show: one row per class or category, or rows without labels.
import { imageBytes } from '../../data/image-format.js';
import { generatedFormat } from '../../gan/generator.js';
import type { LabelMeaning } from '../../gan/label-meaning.js';
import type { ImageGrid, ImageRow } from '../image-grid.js';

const maxClasses = 20;

/** The facts about a generator that its pictures depend on. */
export interface Shown {
  readonly classNames: readonly string[];
  readonly trainedClasses: readonly number[];
  /** Meaning of the labels that the generator takes. */
  readonly labels: LabelMeaning;
}

/** Returns the rows of a picture, each a class or category, or undefined if the generator takes no labels. */
export function rowsOf({ trainedClasses, labels }: Shown, rows = maxClasses): readonly (number | undefined)[] {
  if (labels !== 'none') return trainedClasses.slice(0, rows);
  return Array.from({ length: 8 }, () => undefined);
}

/** Returns the label of each image of a grid; for rows without one, the first trained class. */
export function labelsOf(
  rows: readonly (number | undefined)[],
  columns: number,
  { trainedClasses }: Shown,
): Int32Array {
  return Int32Array.from({ length: rows.length * columns }, (_, index) => {
    return rows[Math.floor(index / columns)] ?? trainedClasses[0];
  });
}

/** Arranges images in rows of `columns`. */
export function imageRows(
  rows: readonly (number | undefined)[],
  columns: number,
  images: Uint8Array,
  { classNames, labels }: Shown,
): readonly ImageRow[] {
  const bytes = imageBytes(generatedFormat);
  const image = (index: number): Uint8Array => images.subarray(index * bytes, (index + 1) * bytes);
  const title = (label: number): string => (labels === 'category' ? `category ${label}` : classNames[label]);
  return rows.map((label, row) => ({
    label: label === undefined ? '' : title(label),
    images: Array.from({ length: columns }, (_, column) => image(row * columns + column)),
  }));
}

/** Returns rows of a generator's images as a grid. */
export function gridOf(title: string, rows: readonly ImageRow[]): ImageGrid {
  const { height, width } = generatedFormat;
  return { title, rows, height, width, enlargedTo: 64 };
}
