// Mean and standard deviation of each channel over a source, without augmentation.
import pMap from 'p-map';
import { imageBytes } from './image-format.js';
import type { PassOver } from './loader/broken-images.js';
import { errorOf } from './loader/failure.js';
import { noneLeft } from './loader/read-images.js';
import { maxConcurrentReads, type ImageReader } from './reader.js';
import type { ImageSource } from './source.js';

interface ChannelStatistics {
  /** Number of images that were read. */
  readonly images: number;
  /** Red, green, blue, in 0 … 255. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation over all pixels, with their number as divisor. */
  readonly std: readonly [number, number, number];
}

interface StatisticsEvents {
  readonly onImage: (done: number) => void;
  /** Called with the error of an image that cannot be read. */
  readonly passOver: PassOver;
}

/**
 * Reads every image once, four at a time; the sums are exact, so the order does not matter. Errors: those of
 * `passOver`; no image can be read.
 */
export async function channelStatistics(
  source: ImageSource,
  reader: ImageReader,
  { onImage, passOver }: StatisticsEvents,
): Promise<ChannelStatistics> {
  const size = imageBytes(source);
  // The number of occurrences of each level per channel: exact, and sufficient.
  const counts = [new Float64Array(256), new Float64Array(256), new Float64Array(256)];
  let [done, broken] = [0, 0];
  const visit = async (index: number): Promise<void> => {
    const image = new Uint8Array(size);
    try {
      await reader.evaluate(index, image, 0);
    } catch (error) {
      passOver(error, { name: reader.describe(index) });
      broken += 1;
      onImage(++done);
      return;
    }
    for (let i = 0; i < size; i += 3) {
      counts[0][image[i]]++;
      counts[1][image[i + 1]]++;
      counts[2][image[i + 2]]++;
    }
    onImage(++done);
  };
  await pMap(Array(source.count).keys(), visit, { concurrency: maxConcurrentReads });
  const images = source.count - broken;
  if (images === 0) throw errorOf(noneLeft(source));
  const pixels = (images * size) / 3;
  const average = (channel: number, of: (level: number) => number): number =>
    counts[channel].reduce((sum, count, level) => sum + count * of(level), 0) / pixels;
  const each = (of: (channel: number) => number): [number, number, number] => [of(0), of(1), of(2)];
  const mean = each((channel) => average(channel, (level) => level));
  const std = each((channel) => Math.sqrt(average(channel, (level) => (level - mean[channel]) ** 2)));
  return { images, mean, std };
}
