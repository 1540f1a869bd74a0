// The loader's pool of worker threads: start, wait for messages, detect failures, stop.
import { Worker } from 'node:worker_threads';
import { cannot, reasonOf, systemCode } from '../../common/errors.js';
import { errorOf } from './failure.js';
import type { WorkerData, WorkerMessage } from './worker.js';

/** Milliseconds that workers have to end what they are at. */
const timeoutMs = 2000;

export interface CrewOptions {
  readonly workers: number;
  /** What each thread runs. */
  readonly file: URL;
  readonly workerData: WorkerData;
  /** Gets messages as they come; no reply. */
  readonly receive: (message: WorkerMessage) => void;
  /** Makes the workers end by themselves. */
  readonly askToEnd: () => void;
}

export interface WorkerPool {
  /** Waits for messages until `holds`. Errors: a worker died or could not go on. */
  until(holds: () => boolean): Promise<void>;
  /** Asks the workers to end, and ends those that do not. */
  close(): Promise<void>;
}

function died(how: string, cause?: unknown): Error {
  const hint = 'training.workers=0 makes the batches without worker threads';
  return cannot('make batches', `a worker thread ${how}`, { code: 'data/worker', hint, cause });
}

const diedOf = (error: unknown): Error =>
  systemCode(error) === 'ERR_WORKER_OUT_OF_MEMORY'
    ? died('ran out of memory', error)
    : died(`died: ${reasonOf(error)}`, error);

/** Starts the workers and waits until each is ready. Errors: one of them could not begin. */
export async function startWorkerPool({
  workers,
  file,
  workerData,
  receive,
  askToEnd,
}: CrewOptions): Promise<WorkerPool> {
  const living = new Set<Worker>();
  let ready = 0;
  let failure: Error | undefined;
  let closing = false;
  let wake = (): void => undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };

  const start = (): void => {
    const worker = new Worker(file, { workerData });
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') ready += 1;
      if (message.kind === 'failed') fail(errorOf(message.failure));
      receive(message);
      wake();
    });
    worker.on('error', (error) => fail(diedOf(error)));
    worker.on('exit', (code) => {
      living.delete(worker);
      if (!closing) fail(died(`ended with exit code ${code}`));
      wake();
    });
    // Only who waits for a worker keeps the process alive.
    worker.unref();
    living.add(worker);
  };

  const nextMessage = async (): Promise<void> => {
    const woken = new Promise<void>((resolve) => (wake = resolve));
    for (const worker of living) worker.ref();
    await woken;
    for (const worker of living) worker.unref();
  };
  const pool: WorkerPool = {
    async until(holds) {
      for (;;) {
        if (failure !== undefined) throw failure;
        if (holds()) return;
        await nextMessage();
      }
    },
    async close() {
      if (closing) return;
      closing = true;
      askToEnd();
      const late = setTimeout(() => {
        for (const worker of living) void worker.terminate();
      }, timeoutMs);
      while (living.size > 0) await nextMessage();
      clearTimeout(late);
    },
  };

  try {
    for (let i = 0; i < workers; i++) start();
    await pool.until(() => ready === workers);
    return pool;
  } catch (error) {
    await pool.close();
    throw error;
  }
}
