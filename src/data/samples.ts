// Renders training images beside samples of their augmentation.
import { cannot } from '../common/errors.js';
import { imageBytes } from './dataset.js';
import type { ImageReader } from './reader.js';
import type { ImageSource } from './source.js';
import { splitSeed, subset } from './split.js';

interface SampleOptions {
  /** Images, one a row; fewer where there are not so many. */
  readonly rows: number;
  /** Pictures of a row. */
  readonly columns: number;
  /** Of the augmentation; the images are the same for all seeds. */
  readonly seed: number;
  /** Whether the first picture of a row is the image as it is evaluated. */
  readonly original: boolean;
}

interface SampleRow {
  readonly index: number;
  readonly className: string;
  /** What messages call the image: its path, or its number. */
  readonly image: string;
}

interface SamplePicture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** RGB bytes, rows from the top. */
  readonly pixels: Uint8Array;
  readonly rows: readonly SampleRow[];
}

/** What an encoder of PNG takes at once. */
const maxPixels = 2 ** 28;

const gap = 4;
const paper = 255;

/** Side from which images are shown as they are; smaller ones are enlarged by a whole number. */
const legible = 96;

/** Copies an image into a picture, each pixel as a square of `zoom`. */
function place(
  image: Uint8Array,
  { height, width }: ImageSource,
  zoom: number,
  picture: Uint8Array,
  at: number,
  rowBytes: number,
): void {
  for (let y = 0; y < height * zoom; y++) {
    const from = Math.floor(y / zoom) * width * 3;
    const to = at + y * rowBytes;
    for (let x = 0; x < width * zoom; x++) {
      const pixel = from + Math.floor(x / zoom) * 3;
      for (let channel = 0; channel < 3; channel++) picture[to + 3 * x + channel] = image[pixel + channel];
    }
  }
}

/**
 * Draws a class-balanced choice of training images: column c of a row is the augmentation of epoch c. Errors (usage): the
 * picture would be too large.
 */
export async function drawSamples(
  source: ImageSource,
  reader: ImageReader,
  { rows, columns, seed, original }: SampleOptions,
): Promise<SamplePicture> {
  const zoom = Math.max(1, Math.ceil(legible / Math.max(source.height, source.width)));
  const [cellHeight, cellWidth] = [source.height * zoom + gap, source.width * zoom + gap];
  const chosen = subset(source.labels, Math.min(rows, source.count), splitSeed);
  const height = chosen.length * cellHeight + gap;
  const width = columns * cellWidth + gap;
  if (width * height > maxPixels)
    throw cannot('draw the picture', `it would have ${width} x ${height} pixels`, {
      code: 'option/invalid',
      kind: 'usage',
      hint: `at most ${maxPixels} fit: take fewer --rows or --columns`,
    });
  const pixels = new Uint8Array(height * width * 3).fill(paper);
  const image = new Uint8Array(imageBytes(source));
  for (const [row, index] of chosen.entries()) {
    for (let column = 0; column < columns; column++) {
      if (original && column === 0) await reader.evaluate(index, image, 0);
      else await reader.train(index, seed, column + (original ? 0 : 1), image, 0);
      const at = ((gap + row * cellHeight) * width + gap + column * cellWidth) * 3;
      place(image, source, zoom, pixels, at, 3 * width);
    }
  }
  const about = [...chosen].map((index) => ({
    index,
    className: source.classNames[source.labels[index]],
    image: reader.describe(index),
  }));
  return { width, height, pixels, rows: about };
}
