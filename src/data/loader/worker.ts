// Loader worker thread: processes tasks from the ring until it is closed. Must never load the TensorFlow binding.
import { parentPort, workerData } from 'node:worker_threads';
import { plainFailure, type PlainFailure } from './failure.js';
import { openReadImages, type ReadingOptions, type ReadingReport } from './read-images.js';
import { control, header, openRing, type Ring, type RingShape } from './ring.js';

export interface WorkerData {
  readonly options: ReadingOptions;
  readonly shape: RingShape;
  readonly buffer: SharedArrayBuffer;
}

/** Messages of a worker. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  /** The worker failed to start or to continue. */
  | { readonly kind: 'failed'; readonly failure: PlainFailure }
  /** Reports of the task that starts at image `first`; sent before the task is counted as done. */
  | { readonly kind: 'reports'; readonly slot: number; readonly first: number; readonly reports: ReadingReport[] }
  /** All images of a slot are read. */
  | { readonly kind: 'done' };

/** Blocks until the task is published; false when the ring is closed. The thread has no other pending work. */
function isPublished({ control: words }: Ring, task: number): boolean {
  for (;;) {
    if (Atomics.load(words, control.closed) === 1) return false;
    const published = Atomics.load(words, control.published);
    if (task < published) return true;
    Atomics.wait(words, control.published, published);
  }
}

async function work({ options, shape, buffer }: WorkerData, post: (message: WorkerMessage) => void): Promise<void> {
  const ring = openRing(shape, buffer);
  const readImages = await openReadImages(options);
  post({ kind: 'ready' });
  for (;;) {
    const task = Atomics.add(ring.control, control.taken, 1);
    if (!isPublished(ring, task)) return;
    const { slot, first, end } = ring.readTask(task);
    const words = ring.headers[slot];
    const part = words[header.evaluates] === 1 ? 'evaluation' : 'train';
    const spec = { part, epoch: words[header.epoch], indices: ring.indices[slot] } as const;
    const isOver = (): boolean => Atomics.load(words, header.dropped) === 1;
    const reports = await readImages(spec, { first, end }, ring.images[slot], 0, isOver);
    if (reports.length > 0) {
      post({ kind: 'reports', slot, first, reports });
      Atomics.add(words, header.reports, 1);
    }
    if (Atomics.sub(words, header.pending, 1) === 1) post({ kind: 'done' });
  }
}

const port = parentPort;
if (port !== null) {
  const post = (message: WorkerMessage): void => port.postMessage(message);
  await work(workerData as WorkerData, post).catch((error: unknown) =>
    post({ kind: 'failed', failure: plainFailure(error, 'by a worker thread') }),
  );
}
