// Interface of batch builders, and the builder that works in the training thread (worker-builder.ts: in workers).
import type { Batch } from '../batches.js';
import { imageBytes, type ImageFormat } from '../dataset.js';
import type { BatchSpec } from './batch-spec.js';
import type { ReadImages, ReadingReport } from './read-images.js';

export interface MadeBatch extends Pick<Batch, 'images' | 'indices'> {
  readonly reports: readonly ReadingReport[];
}

/** Batches are taken in the order in which they were ordered. */
export interface BatchBuilder {
  /** How many orders are best open at a time; at most so many may be. */
  readonly ahead: number;
  order(order: BatchSpec): void;
  /** The oldest order's batch; valid until the next is taken or ordered. */
  take(): Promise<MadeBatch>;
  /** Forgets all open orders. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** Makes each batch in this thread, when it is taken. */
export function createInlineBuilder(readImages: ReadImages, format: ImageFormat, batchSize: number): BatchBuilder {
  const images = new Uint8Array(batchSize * imageBytes(format));
  let open: BatchSpec | undefined;
  return {
    ahead: 1,
    order: (order) => void (open = order),
    async take() {
      if (open === undefined) throw new Error('no batch is ordered');
      const { part, epoch, indices } = open;
      open = undefined;
      const range = { first: 0, end: indices.length };
      const reports = await readImages({ part, epoch, indices }, range, images, 0, () => false);
      return { images: images.subarray(0, indices.length * imageBytes(format)), indices, reports };
    },
    drop() {
      open = undefined;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
