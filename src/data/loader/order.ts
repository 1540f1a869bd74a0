// Which images make up which batch, and which batches follow one another in a run.
import { batchCount, epochOrder } from '../batches.js';

/** One batch to be made. */
export interface BatchOrder {
  readonly part: 'train' | 'evaluation';
  /** Counts from 1; 0 for evaluation. */
  readonly epoch: number;
  /** From 0. */
  readonly batch: number;
  /** Positions in the source. */
  readonly indices: Uint32Array;
}

export type BatchName = Omit<BatchOrder, 'indices'>;

export const isSameBatch = (a: BatchName | undefined, b: BatchName): boolean =>
  a?.part === b.part && a.epoch === b.epoch && a.batch === b.batch;

/** The batches of a training epoch, from `first` on; the last one may be partial. */
export function* trainingOrders(
  count: number,
  batchSize: number,
  seed: number,
  epoch: number,
  first: number,
): Generator<BatchOrder, void, undefined> {
  const order = epochOrder(count, seed, epoch);
  for (let batch = first; batch < batchCount(count, batchSize); batch++) {
    yield { part: 'train', epoch, batch, indices: order.slice(batch * batchSize, (batch + 1) * batchSize) };
  }
}

/** All images in order, from batch `first` on; the last one may be partial. */
export function* evaluationOrders(
  count: number,
  batchSize: number,
  first: number,
): Generator<BatchOrder, void, undefined> {
  for (let batch = first; batch < batchCount(count, batchSize); batch++) {
    const start = batch * batchSize;
    const length = Math.min(batchSize, count - start);
    yield { part: 'evaluation', epoch: 0, batch, indices: Uint32Array.from({ length }, (_, i) => start + i) };
  }
}
