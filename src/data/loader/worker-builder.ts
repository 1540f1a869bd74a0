// Builds batches ahead of time in worker threads, in a ring of shared memory.
import { imageBytes } from '../image-format.js';
import { startWorkerPool } from './worker-pool.js';
import type { BatchSpec } from './batch-spec.js';
import type { BatchBuilder } from './inline-builder.js';
import type { ReadingOptions, ReadingReport } from './read-images.js';
import { control, header, openRing, taskImages, type Ring } from './ring.js';

/** Maximum number of prefetched batches, and of their bytes; the smaller limit applies. */
const maxSlots = 8;
const maxBytes = 2 ** 28;

interface WorkerOptions extends ReadingOptions {
  readonly workers: number;
  readonly workerFile?: URL;
}

/** Writes the tasks of a batch into its slot and wakes the workers. */
function publish(ring: Ring, slot: number, { part, epoch, indices }: BatchSpec): void {
  const words = ring.headers[slot];
  const tasks = Math.ceil(indices.length / taskImages);
  words[header.reports] = 0;
  words[header.dropped] = 0;
  words[header.evaluates] = part === 'evaluation' ? 1 : 0;
  words[header.epoch] = epoch;
  words[header.pending] = tasks;
  ring.indices[slot].set(indices);
  const published = ring.control[control.published];
  for (let task = 0; task < tasks; task++) {
    const first = task * taskImages;
    ring.writeTask(published + task, slot, first, Math.min(first + taskImages, indices.length));
  }
  // This store publishes all writes above to the workers.
  Atomics.store(ring.control, control.published, published + tasks);
  Atomics.notify(ring.control, control.published);
}

/** Starts the workers. `batchSize`: images of the largest batch. Errors: a worker failed to start. */
export async function openWorkerBuilder(options: WorkerOptions, batchSize: number): Promise<BatchBuilder> {
  const { train, evaluation, augmentation, seed, maxBroken, workers } = options;
  const size = imageBytes(train);
  const slots = Math.max(2, Math.min(maxSlots, Math.floor(maxBytes / (batchSize * size))));
  const ring = openRing({ slots, batchSize, imageBytes: size });
  const lengths = new Int32Array(slots);
  /** Reports of each slot, in the order of arrival. */
  const received = Array.from({ length: slots }, (): { first: number; reports: ReadingReport[] }[] => []);
  /** Number of batches requested and taken so far. */
  let ordered = 0;
  let taken = 0;

  const dropAll = (): void => {
    for (const words of ring.headers) Atomics.store(words, header.dropped, 1);
  };
  const pool = await startWorkerPool({
    workers,
    file: options.workerFile ?? new URL('./worker.js', import.meta.url),
    workerData: {
      options: { train, evaluation, augmentation, seed, maxBroken },
      shape: ring.shape,
      buffer: ring.buffer,
    },
    onMessage: (message) => {
      if (message.kind === 'reports') received[message.slot].push(message);
    },
    requestStop: () => {
      dropAll();
      Atomics.store(ring.control, control.closed, 1);
      Atomics.notify(ring.control, control.published);
    },
  });

  const isBuilt = (batch: number): boolean => {
    const words = ring.headers[batch % slots];
    if (Atomics.load(words, header.pending) > 0) return false;
    return received[batch % slots].length === Atomics.load(words, header.reports);
  };
  return {
    ahead: slots,
    request(batch) {
      const slot = ordered++ % slots;
      lengths[slot] = batch.indices.length;
      received[slot] = [];
      publish(ring, slot, batch);
    },
    async take() {
      const batch = taken;
      await pool.waitUntil(() => isBuilt(batch));
      taken += 1;
      const slot = batch % slots;
      const length = lengths[slot];
      return {
        images: ring.images[slot].subarray(0, length * size),
        indices: ring.indices[slot].slice(0, length),
        reports: received[slot].sort((a, b) => a.first - b.first).flatMap((message) => message.reports),
      };
    },
    async drop() {
      dropAll();
      const open = Array.from({ length: ordered - taken }, (_, i) => taken + i);
      await pool.waitUntil(() => open.every(isBuilt));
      taken = ordered;
    },
    close: () => pool.close(),
  };
}
