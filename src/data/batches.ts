// Batches of images: which images they are made of, in what order.
import { permutation, randomStream } from '../common/random.js';

export interface Batch {
  /** n·H·W·C bytes (NHWC). */
  readonly images: Uint8Array;
  /** n labels. */
  readonly labels: Int32Array;
  /** The n positions in the source. */
  readonly indices: Uint32Array;
}

/** Number of batches of an epoch; the last may be partial. */
export function batchCount(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize);
}

/** The order in which an epoch visits `count` images: a permutation that is a pure function of (seed, epoch). */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  return permutation(count, randomStream(seed, 'order', epoch));
}
