// Makes batches ahead of time in worker threads, in a ring of shared memory.
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { cannot, reasonOf, systemCode } from '../../common/errors.js';
import { imageBytes } from '../dataset.js';
import { errorOf } from './failure.js';
import type { BatchMaker } from './maker.js';
import type { ReadingPlan, ReadingReport } from './read-images.js';
import { control, header, openRing, taskImages } from './ring.js';
import type { WorkerData, WorkerMessage } from './worker.js';

/** Most batches made ahead, and most bytes of them where that is less. */
const mostSlots = 8;
const mostBytes = 2 ** 28;

/** Milliseconds that workers have to end what they are at. */
const patience = 2000;

export interface WorkerOptions extends ReadingPlan {
  readonly workers: number;
  readonly workerFile?: URL;
}

function diedOf(error: unknown): Error {
  const reason =
    systemCode(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it ran out of memory' : `it said: ${reasonOf(error)}`;
  return cannot('make batches', `a worker thread died; ${reason}`, {
    hint: 'training.workers=0 makes the batches without worker threads',
    cause: error,
  });
}

/** Starts the workers and waits until they are ready. `batchSize`: images of the largest batch. */
export async function openWorkerMaker(options: WorkerOptions, batchSize: number): Promise<BatchMaker> {
  const { train, evaluation, augmentation, seed, maxBroken, workerFile } = options;
  const size = imageBytes(train);
  const slots = Math.max(2, Math.min(mostSlots, Math.floor(mostBytes / (batchSize * size))));
  const ring = openRing({ slots, batchSize, imageBytes: size });
  const plan = { train, evaluation, augmentation, seed, maxBroken };
  const workerData: WorkerData = { plan, shape: ring.shape, buffer: ring.buffer };

  const received = Array.from({ length: slots }, (): { first: number; reports: ReadingReport[] }[] => []);
  let ready = 0;
  let failure: Error | undefined;
  let closing = false;
  let wake = (): void => undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const receive = (message: WorkerMessage): void => {
    if (message.kind === 'ready') ready += 1;
    if (message.kind === 'reports') received[message.slot].push(message);
    if (message.kind === 'failed') fail(errorOf(message.failure));
    wake();
  };

  const start = (): Worker => {
    const worker = new Worker(workerFile ?? new URL('./worker.js', import.meta.url), { workerData });
    worker.on('message', receive);
    worker.on('error', (error) => fail(diedOf(error)));
    worker.on('exit', (code) => {
      if (!closing) fail(diedOf(new Error(`exit code ${code}`)));
    });
    // Only who waits for a worker keeps the process alive.
    worker.unref();
    return worker;
  };
  const workers = Array.from({ length: options.workers }, start);

  /** Waits for messages until `holds`. Errors: a worker failed. */
  const until = async (holds: () => boolean): Promise<void> => {
    for (;;) {
      if (failure !== undefined) throw failure;
      if (holds()) return;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      for (const worker of workers) worker.ref();
      await woken;
      for (const worker of workers) worker.unref();
    }
  };

  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    const ends = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const words of ring.headers) Atomics.store(words, header.dropped, 1);
    Atomics.store(ring.control, control.closed, 1);
    Atomics.notify(ring.control, control.published);
    const over = new AbortController();
    const late = setTimeout(patience, undefined, { signal: over.signal }).then(
      () => Promise.all(workers.map((worker) => worker.terminate())),
      () => undefined,
    );
    await Promise.race([Promise.all(ends), late]);
    over.abort();
  };

  /** Batches ordered and taken so far. */
  let ordered = 0;
  let taken = 0;
  const isMade = (batch: number): boolean => {
    const words = ring.headers[batch % slots];
    if (Atomics.load(words, header.pending) > 0) return false;
    return received[batch % slots].length === Atomics.load(words, header.reports);
  };
  const lengths = new Int32Array(slots);

  try {
    await until(() => ready === workers.length);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ahead: slots,
    order({ part, epoch, indices }) {
      const slot = ordered++ % slots;
      const words = ring.headers[slot];
      const tasks = Math.ceil(indices.length / taskImages);
      words[header.reports] = 0;
      words[header.dropped] = 0;
      words[header.evaluates] = part === 'evaluation' ? 1 : 0;
      words[header.epoch] = epoch;
      Atomics.store(words, header.pending, tasks);
      ring.indices[slot].set(indices);
      lengths[slot] = indices.length;
      received[slot] = [];
      const published = Atomics.load(ring.control, control.published);
      for (let task = 0; task < tasks; task++) {
        const first = task * taskImages;
        ring.writeTask(published + task, slot, first, Math.min(first + taskImages, indices.length));
      }
      Atomics.store(ring.control, control.published, published + tasks);
      Atomics.notify(ring.control, control.published);
    },
    async take() {
      const batch = taken;
      await until(() => isMade(batch));
      taken += 1;
      const slot = batch % slots;
      const reports = received[slot].sort((a, b) => a.first - b.first).flatMap((message) => message.reports);
      const length = lengths[slot];
      return {
        images: ring.images[slot].subarray(0, length * size),
        indices: ring.indices[slot].slice(0, length),
        reports,
      };
    },
    async drop() {
      for (let batch = taken; batch < ordered; batch++) {
        Atomics.store(ring.headers[batch % slots], header.dropped, 1);
      }
      await until(() => Array.from({ length: ordered - taken }, (_, i) => taken + i).every(isMade));
      taken = ordered;
    },
    close,
  };
}
