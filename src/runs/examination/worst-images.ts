// The images with the largest loss, as a grid with the true and the predicted class of each.
import { imageBytes } from '../../data/image-format.js';
import { readImages } from '../../data/plain-images.js';
import type { ImageSource } from '../../data/source.js';
import type { ImageGrid } from '../image-grid.js';
import type { Predictions } from './predictions.js';

/** Returns the indices of the `count` predictions with the largest loss, largest first; equal ones in their order. */
function largestLosses({ loss }: Predictions, count: number): readonly number[] {
  return Array.from(loss.keys())
    .sort((a, b) => loss[b] - loss[a] || a - b)
    .slice(0, count);
}

const percent = (share: number): string => {
  const value = 100 * share;
  return `${value.toFixed(value < 99.95 && value >= 9.95 ? 0 : 1)} %`;
};

interface WorstImages {
  /** At least 1; fewer if there are not enough images. */
  readonly count: number;
  readonly title: string;
}

/** Minimum side of an enlarged image in pixels, to leave room for the lines below it. */
const leastSide = 112;

/** Reads the images and returns an approximately square grid. Errors: an image cannot be read. */
export async function worstImages(
  predictions: Predictions,
  source: ImageSource,
  { count, title }: WorstImages,
): Promise<ImageGrid> {
  const { classNames, indices, labels, predicted, confidence, loss } = predictions;
  const worst = largestLosses(predictions, count);
  const columns = Math.min(8, Math.ceil(Math.sqrt(worst.length)));
  const size = imageBytes(source);
  const images = await readImages(source, worst.map((at) => indices[at])); // prettier-ignore
  const cells = worst.map((at, place) => {
    const guess = `${percent(confidence[at])} ${classNames[predicted[at]]}`;
    return {
      pixels: images.subarray(place * size, (place + 1) * size),
      caption: [`is ${classNames[labels[at]]}`, guess, `loss ${loss[at].toFixed(2)}`],
    };
  });
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) => {
    const own = cells.slice(row * columns, (row + 1) * columns);
    return { label: '', images: own.map(({ pixels }) => pixels), captions: own.map(({ caption }) => caption) };
  });
  const caption = ['Below each image: its class, the predicted class with its probability, and the loss.'];
  return { title, rows, height: source.height, width: source.width, enlargedTo: leastSide, caption };
}
