// Channel statistics against their definition.
import { describe, expect, it } from 'vitest';
import { createMemoryReader } from '../../src/data/memory-reader.js';
import { augmentationOptions } from '../../src/data/augment/options.js';
import { createPassOver } from '../../src/data/loader/broken-images.js';
import { channelStatistics } from '../../src/data/statistics.js';
import { selectImages } from '../../src/data/source.js';
import { randomDataset } from './helpers.js';

const passOver = createPassOver(0, () => undefined);

describe('channelStatistics', () => {
  it('are mean and standard deviation over all pixels of each channel', async () => {
    const source = randomDataset([0, 1, 0, 1, 1], 3, 6, 5);
    const done: number[] = [];
    const reader = createMemoryReader(source, source.storage, augmentationOptions.parse({}));
    const found = await channelStatistics(source, reader, { onImage: (count) => done.push(count), passOver });
    expect(done).toEqual([1, 2, 3, 4, 5]);
    expect(found.images).toBe(5);
    for (const channel of [0, 1, 2]) {
      const levels = [...source.storage.images].filter((_, i) => i % 3 === channel);
      const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
      const variance = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / levels.length;
      expect(found.mean[channel]).toBeCloseTo(mean, 9);
      expect(found.std[channel]).toBeCloseTo(Math.sqrt(variance), 9);
    }
  });

  it('are those of the images that can be read, as many as may be broken', async () => {
    const all = randomDataset([0, 1, 0, 1], 3, 8, 8);
    const broken = { ...all, positions: Uint32Array.of(0, 9, 2, 8) };
    const warnings: string[] = [];
    const statistics = (source: typeof all, maxBroken: number) =>
      channelStatistics(source, createMemoryReader(source, all.storage, augmentationOptions.parse({})), {
        onImage: () => undefined,
        passOver: createPassOver(maxBroken, (line) => void warnings.push(line)),
      });
    const found = await statistics(broken, 2);
    expect(found).toEqual(await statistics(selectImages(all, [0, 2]), 0));
    expect(found.images).toBe(2);
    expect(warnings).toEqual(
      [9, 8].map((i) => `warning: cannot read image ${i} of random train: there are only 768 bytes; it is left out`),
    );
    await expect(statistics(broken, 1)).rejects.toThrow('cannot read image 8 of random train');
    await expect(statistics({ ...all, positions: Uint32Array.of(6, 7, 8, 9) }, 9)).rejects.toThrow(
      'not one of the 4 images of random train can be read',
    );
  });

  it('are those of the images that are selected', async () => {
    const all = randomDataset([0, 1, 0], 3, 8, 8);
    const one = selectImages(all, [2]);
    const reader = createMemoryReader(one, all.storage, augmentationOptions.parse({}));
    const { mean } = await channelStatistics(one, reader, { onImage: () => undefined, passOver });
    const blue = [...all.storage.images.subarray(2 * 192)].filter((_, i) => i % 3 === 2);
    expect(mean[2]).toBeCloseTo(blue.reduce((sum, level) => sum + level, 0) / 64, 9);
  });
});
