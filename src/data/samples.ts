// Renders training images and samples of their augmentation.
import { cannot } from '../common/errors.js';
import { imageBytes } from './image-format.js';
import type { PassOver } from './loader/broken-images.js';
import { errorOf } from './loader/failure.js';
import { noneLeft } from './loader/read-images.js';
import type { ImageReader } from './reader.js';
import type { ImageSource } from './source.js';
import { splitSeed, subset } from './split.js';

interface SampleOptions {
  /** Number of images, one per row; fewer if the source has fewer. */
  readonly rows: number;
  /** Number of pictures per row. */
  readonly columns: number;
  /** Seed of the augmentation; the images are the same for all seeds. */
  readonly seed: number;
  /** Whether the first picture of a row is the image as in evaluation. */
  readonly original: boolean;
  /** Called with the error of an image that cannot be read; the next image replaces it. */
  readonly passOver: PassOver;
}

interface SampleRow {
  readonly index: number;
  readonly className: string;
  /** Name of the image in messages: its path, or its number. */
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

/** Maximum number of pixels of the PNG encoder. */
const maxPixels = 2 ** 28;

const gap = 4;
const paper = 255;

/** Side from which images keep their size; smaller ones are enlarged by a whole factor. */
const legible = 96;

/** RGB bytes of an image, rows from the top; sides in pixels. */
interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

/**
 * Copies an image into a picture, each pixel as a square of `zoom` pixels; `start`: the offset of its first pixel in
 * the picture.
 */
function place(image: Pixels, picture: Pixels, zoom: number, start: number): void {
  for (let y = 0; y < image.height * zoom; y++) {
    const from = Math.floor(y / zoom) * image.width * 3;
    const to = start + y * picture.width * 3;
    for (let x = 0; x < image.width * zoom; x++) {
      const pixel = from + Math.floor(x / zoom) * 3;
      for (let channel = 0; channel < 3; channel++)
        picture.pixels[to + 3 * x + channel] = image.pixels[pixel + channel];
    }
  }
}

/**
 * Returns the first image from `asked` on, cyclically, that `read` can read. Errors: there is none; those of
 * `passOver`.
 */
async function firstReadable(
  source: ImageSource,
  asked: number,
  read: (index: number) => void | Promise<void>,
  passOver: (error: unknown, index: number) => void,
): Promise<number> {
  for (let tried = 0; tried < source.count; tried++) {
    const index = (asked + tried) % source.count;
    try {
      await read(index);
      return index;
    } catch (error) {
      passOver(error, index);
    }
  }
  throw errorOf(noneLeft(source));
}

/**
 * Draws a class-balanced selection of training images: column c of a row is the augmentation of epoch c. Errors: those
 * of `passOver`; no image can be read; (usage) the picture would be too large.
 */
export async function drawSamples(
  source: ImageSource,
  reader: ImageReader,
  { rows, columns, seed, original, passOver }: SampleOptions,
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
  const read = (index: number, column: number): void | Promise<void> =>
    original && column === 0
      ? reader.evaluate(index, image, 0)
      : reader.train(index, seed, column + (original ? 0 : 1), image, 0);
  const replace = (error: unknown, index: number): void =>
    passOver(error, { name: reader.describe(index), isReplaced: true });
  const shown: number[] = [];
  for (const [row, asked] of chosen.entries()) {
    const index = await firstReadable(source, asked, (each) => read(each, 0), replace);
    shown.push(index);
    for (let column = 0; column < columns; column++) {
      // The first column was read above, to check that the image is readable.
      if (column > 0) await read(index, column);
      const start = ((gap + row * cellHeight) * width + gap + column * cellWidth) * 3;
      place({ height: source.height, width: source.width, pixels: image }, { height, width, pixels }, zoom, start);
    }
  }
  const about = shown.map((index) => ({
    index,
    className: source.classNames[source.labels[index]],
    image: reader.describe(index),
  }));
  return { width, height, pixels, rows: about };
}
