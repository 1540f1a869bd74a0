// The loader's pool of worker threads: start, wait for messages, detect failures, stop.
import { Worker } from 'node:worker_threads';
import { closeOnError } from '../../common/close-on-error.js';
import { cannot, reasonOf, systemCode } from '../../common/errors.js';
import { errorOf } from './failure.js';
import type { WorkerData, WorkerMessage } from './worker.js';

/** Time that workers have to finish their current task, in milliseconds. */
const terminateAfterMs = 2000;

interface WorkerPoolOptions {
  readonly workers: number;
  /** Module of the threads. */
  readonly file: URL;
  readonly workerData: WorkerData;
  /** Called with each message. */
  readonly onMessage: (message: WorkerMessage) => void;
  /** Asks the workers to exit. */
  readonly requestStop: () => void;
}

interface WorkerPool {
  /** Waits for messages until `holds()` is true. Errors: a worker died or failed. */
  waitUntil(holds: () => boolean): Promise<void>;
  /** Asks the workers to exit and terminates those that do not in time. */
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

/** Exit code of Node.js for a thread whose top-level await never settles. */
const unsettledExitCode = 13;

const endedOf = (code: number): Error =>
  code === unsettledExitCode
    ? cannot('make batches', 'the `read` of the data set gave a promise that never settles', {
        code: 'data/worker',
        hint: 'with training.workers=0 the error names the image',
      })
    : died(`ended with exit code ${code}`);

/** Starts the workers and waits until each is ready. Errors: a worker failed to start. */
export async function startWorkerPool({
  workers,
  file,
  workerData,
  onMessage,
  requestStop,
}: WorkerPoolOptions): Promise<WorkerPool> {
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
      onMessage(message);
      wake();
    });
    worker.on('error', (error) => fail(diedOf(error)));
    worker.on('exit', (code) => {
      living.delete(worker);
      if (!closing) fail(endedOf(code));
      wake();
    });
    // Workers keep the process alive only while it waits for one of them.
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
    async waitUntil(holds) {
      for (;;) {
        if (failure !== undefined) throw failure;
        if (holds()) return;
        await nextMessage();
      }
    },
    async close() {
      if (closing) return;
      closing = true;
      requestStop();
      const late = setTimeout(() => {
        for (const worker of living) void worker.terminate();
      }, terminateAfterMs);
      while (living.size > 0) await nextMessage();
      clearTimeout(late);
    },
  };

  return await closeOnError(
    () => pool.close(),
    async () => {
      for (let i = 0; i < workers; i++) start();
      await pool.waitUntil(() => ready === workers);
      return pool;
    },
  );
}
