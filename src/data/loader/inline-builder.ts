// Interface of batch builders, and the builder that works in the training thread (worker-builder.ts: in workers).
import { cannot } from '../../common/errors.js';
import type { Batch } from '../batches.js';
import { imageBytes, type ImageFormat } from '../image-format.js';
import type { BatchSpec } from './batch-spec.js';
import type { ReadImages, ReadingReport } from './read-images.js';

interface BuiltBatch extends Pick<Batch, 'images' | 'indices'> {
  readonly reports: readonly ReadingReport[];
}

/** Builds batches and returns them in the order of their specs. */
export interface BatchBuilder {
  /** Maximum number of specs that may be pending. */
  readonly ahead: number;
  /** Adds a batch to the queue. */
  request(spec: BatchSpec): void;
  /** Waits for the oldest pending batch; valid until the next call of `take` or `request`. */
  take(): Promise<BuiltBatch>;
  /** Discards all pending batches. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** Builds each batch in this thread when it is taken. */
export function createInlineBuilder(readImages: ReadImages, format: ImageFormat, batchSize: number): BatchBuilder {
  const images = new Uint8Array(batchSize * imageBytes(format));
  let open: BatchSpec | undefined;
  return {
    ahead: 1,
    request: (spec) => void (open = spec),
    async take() {
      if (open === undefined) throw cannot('build a batch', 'none is requested', { code: 'internal' });
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
