// Channel statistics against their definition.
import { describe, expect, it } from 'vitest';
import { createMemoryReader } from '../../src/data/memory-reader.js';
import { augmentationOptions } from '../../src/data/augment/options.js';
import { channelStatistics } from '../../src/data/statistics.js';
import { selectImages } from '../../src/data/source.js';
import { randomDataset } from './helpers.js';

describe('channelStatistics', () => {
  it('are mean and standard deviation over all pixels of each channel', async () => {
    const source = randomDataset([0, 1, 0, 1, 1], 3, 6, 5);
    const done: number[] = [];
    const reader = createMemoryReader(source, source.storage, augmentationOptions.parse({}));
    const found = await channelStatistics(source, reader, (count) => done.push(count));
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

  it('are those of the images that are selected', async () => {
    const all = randomDataset([0, 1, 0], 3, 8, 8);
    const one = selectImages(all, [2]);
    const reader = createMemoryReader(one, all.storage, augmentationOptions.parse({}));
    const { mean } = await channelStatistics(one, reader, () => undefined);
    const blue = [...all.storage.images.subarray(2 * 192)].filter((_, i) => i % 3 === 2);
    expect(mean[2]).toBeCloseTo(blue.reduce((sum, level) => sum + level, 0) / 64, 9);
  });
});
