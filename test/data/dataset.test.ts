import { describe, expect, it } from 'vitest';
import { imageBytes, selectImages } from '../../src/data/dataset.js';
import { randomDataset } from './helpers.js';

describe('selectImages', () => {
  const dataset = { ...randomDataset([0, 1, 2, 1, 0], 1, 4, 4), checksum: 'x' };

  it('copies images and labels in the order of the indices', () => {
    const selected = selectImages(dataset, [3, 0, 3]);
    expect(selected.count).toBe(3);
    expect([...selected.labels]).toEqual([1, 0, 1]);
    const size = imageBytes(dataset);
    expect(selected.images.slice(size, 2 * size)).toEqual(dataset.images.slice(0, size));
    expect(selected.images.slice(0, size)).toEqual(dataset.images.slice(3 * size, 4 * size));
    expect(selected.classNames).toEqual(dataset.classNames);
    expect(selected).not.toHaveProperty('checksum');
  });

  it.each([-1, 5, 1.5, NaN])('refuses the index %s', (index) => {
    expect(() => selectImages(dataset, [index])).toThrow(
      `cannot select images: image ${index} is not among the 5 of random (0 … 4)`,
    );
  });
});
