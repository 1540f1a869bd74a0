import { describe, expect, it } from 'vitest';
import { selectImages } from '../../src/data/source.js';
import { randomDataset } from './helpers.js';

describe('selectImages', () => {
  const dataset = { ...randomDataset([0, 1, 2, 1, 0], 1, 4, 4), checksum: 'x' };

  it('chooses labels and positions in the order of the indices, and copies no image', () => {
    const selected = selectImages(dataset, [3, 0, 3]);
    expect(selected.count).toBe(3);
    expect([...selected.labels]).toEqual([1, 0, 1]);
    expect([...(selected.positions ?? [])]).toEqual([3, 0, 3]);
    expect(selected.storage).toBe(dataset.storage);
    expect(selected.classNames).toEqual(dataset.classNames);
    expect(selected.checksum).toBeUndefined();
  });

  it('chooses from a selection', () => {
    const selected = selectImages(selectImages(dataset, [4, 2, 1]), [2, 0]);
    expect([...(selected.positions ?? [])]).toEqual([1, 4]);
    expect([...selected.labels]).toEqual([1, 0]);
  });

  it.each([-1, 5, 1.5, NaN])('refuses the index %s', (index) => {
    expect(() => selectImages(dataset, [index])).toThrow(
      `cannot select images: image ${index} is not among the 5 of random (0 … 4)`,
    );
  });
});
