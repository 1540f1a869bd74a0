// Leaves images out of a batch that lies in memory.
import type { Batch } from './batches.js';

/** Images side by side, and their positions in the source. */
type Images = Pick<Batch, 'images' | 'indices'>;

/** Moves the images whose places (0 … N − 1) are kept together, in their memory; `size`: bytes of an image. */
export function keepImages({ images, indices }: Images, isKept: (place: number) => boolean, size: number): Images {
  const places = [...indices.keys()].filter(isKept);
  places.forEach((from, to) => images.copyWithin(to * size, from * size, (from + 1) * size));
  return {
    images: images.subarray(0, places.length * size),
    indices: Uint32Array.from(places, (place) => indices[place]),
  };
}
