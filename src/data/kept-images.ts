// Removes images from a batch in memory.
import type { Batch } from './batches.js';

/** Contiguous images, and their positions in the source. */
type Images = Pick<Batch, 'images' | 'indices'>;

/** Moves the images for whose places (0 … N − 1) `isKept` is true together, in place; `size`: bytes per image. */
export function keepImages({ images, indices }: Images, isKept: (place: number) => boolean, size: number): Images {
  const places = [...indices.keys()].filter(isKept);
  places.forEach((from, to) => images.copyWithin(to * size, from * size, (from + 1) * size));
  return {
    images: images.subarray(0, places.length * size),
    indices: Uint32Array.from(places, (place) => indices[place]),
  };
}
