// Mean and standard deviation of each channel over a source, without augmentation.
import pMap from 'p-map';
import { imageBytes } from './dataset.js';
import { readsAtATime, type ImageReader } from './reader.js';
import type { ImageSource } from './source.js';

interface ChannelStatistics {
  readonly images: number;
  /** Red, green, blue, in 0 … 255. */
  readonly mean: readonly [number, number, number];
  /** Of all pixels together, dividing by their number. */
  readonly std: readonly [number, number, number];
}

/** Reads every image once, four at a time; exact sums, so the order does not matter. Errors: an image cannot be read. */
export async function channelStatistics(
  source: ImageSource,
  reader: ImageReader,
  onImage: (done: number) => void,
): Promise<ChannelStatistics> {
  const size = imageBytes(source);
  // How often each level occurs in each channel: exact, and all that is needed.
  const counts = [new Float64Array(256), new Float64Array(256), new Float64Array(256)];
  let done = 0;
  const visit = async (index: number): Promise<void> => {
    const image = new Uint8Array(size);
    await reader.evaluate(index, image, 0);
    for (let i = 0; i < size; i += 3) {
      counts[0][image[i]]++;
      counts[1][image[i + 1]]++;
      counts[2][image[i + 2]]++;
    }
    onImage(++done);
  };
  await pMap(Array(source.count).keys(), visit, { concurrency: readsAtATime });
  const pixels = (source.count * size) / 3;
  const average = (channel: number, of: (level: number) => number): number =>
    counts[channel].reduce((sum, count, level) => sum + count * of(level), 0) / pixels;
  const each = (of: (channel: number) => number): [number, number, number] => [of(0), of(1), of(2)];
  const mean = each((channel) => average(channel, (level) => level));
  const std = each((channel) => Math.sqrt(average(channel, (level) => (level - mean[channel]) ** 2)));
  return { images: source.count, mean, std };
}
