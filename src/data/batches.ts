// Batches of an epoch: their number, their images and the order.
import { permutation, randomStream } from '../common/random.js';

export interface Batch {
  /** n·H·W·C bytes (NHWC). */
  readonly images: Uint8Array;
  /** n labels. */
  readonly labels: Int32Array;
  /** The n positions in the source. */
  readonly indices: Uint32Array;
  /** Number of broken images that were left out of an evaluation batch. */
  readonly leftOut?: number;
}

/** Synthetic images of a source: its last `count` images, a fixed fraction of every training batch. */
export interface SyntheticShare {
  readonly count: number;
  /** Fraction of a batch, between 0 and 1 (exclusive). */
  readonly fraction: number;
}

/** Properties of a source that determine the batches of an epoch. */
export interface TrainingImages {
  /** Number of images, including synthetic ones. */
  readonly count: number;
  readonly synthetic?: SyntheticShare;
}

/** Number of real and synthetic images of a batch. */
interface BatchMix {
  readonly real: number;
  readonly synthetic: number;
}

interface EpochBatches {
  readonly batches: number;
  /** Every batch but the last. */
  readonly full: BatchMix;
  /** The last batch, which may be partial, with the same proportion, rounded. */
  readonly last: BatchMix;
  /** The distinct sizes of the batches. */
  readonly sizes: readonly number[];
}

/** Number of batches that cover `count` images; the last may be partial. */
export function batchCount(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize);
}

/** Number of real images of a source. */
export function realImages({ count, synthetic }: TrainingImages): number {
  return count - (synthetic?.count ?? 0);
}

/**
 * Returns the batches of a training epoch: every real image once, and in each batch the fraction of synthetic images,
 * rounded to a whole number (107 real and 21 synthetic ones for 1/6 of 128). A batch has at least one real image.
 */
export function epochBatches(images: TrainingImages, batchSize: number): EpochBatches {
  const share = images.synthetic === undefined ? 0 : Math.round(images.synthetic.fraction * batchSize);
  const synthetic = Math.min(share, batchSize - 1);
  const full = { real: batchSize - synthetic, synthetic };
  const count = realImages(images);
  const batches = batchCount(count, full.real);
  const rest = count - Math.max(0, batches - 1) * full.real;
  const last = { real: rest, synthetic: Math.round((rest * synthetic) / full.real) };
  const used = batches > 1 ? [full, last] : batches === 1 ? [last] : [];
  return { batches, full, last, sizes: [...new Set(used.map((mix) => mix.real + mix.synthetic))] };
}

/** The order in which an epoch visits `count` images: a permutation that is a pure function of (seed, epoch). */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  return permutation(count, randomStream(seed, 'order', epoch));
}

/**
 * Returns elements `from` … `to` − 1 of an infinite sequence of concatenated permutations of `count` images; a pure
 * function of the seed and the positions of the elements.
 */
export function endlessOrder(count: number, seed: number, from: number, to: number): Uint32Array {
  const places = new Uint32Array(to - from);
  for (let place = from; place < to;) {
    const pass = Math.floor(place / count);
    const order = permutation(count, randomStream(seed, 'synthetic order', pass));
    const end = Math.min(to, (pass + 1) * count);
    places.set(order.subarray(place - pass * count, end - pass * count), place - from);
    place = end;
  }
  return places;
}
