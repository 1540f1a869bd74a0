import { expect, it } from 'vitest';
import { keepImages } from '../../src/data/kept-images.js';

it('moves the images that are kept together, with their positions', () => {
  const images = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const batch = { images, indices: Uint32Array.of(10, 11, 12, 13) };
  const kept = keepImages(batch, (place) => place % 2 === 1, 2);
  expect([...kept.images]).toEqual([3, 4, 7, 8]);
  expect([...kept.indices]).toEqual([11, 13]);
  expect(kept.images.buffer).toBe(images.buffer);
});
