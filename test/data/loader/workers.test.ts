// Worker threads that end, as requested or unexpectedly.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loaderThreads } from '../../../src/data/loader/threads.js';
import { temporaryFolder } from '../helpers.js';
import { copies, openSmall } from './support.js';

/** A worker that starts correctly and then runs `body`. */
async function workerThat(body: string): Promise<URL> {
  const file = join(await temporaryFolder(), 'worker.mjs');
  const start = `import { parentPort } from 'node:worker_threads';\nparentPort.postMessage({ kind: 'ready' });\n`;
  await writeFile(file, start + body);
  return pathToFileURL(file);
}

/**
 * A worker that ends because its own worker reaches the memory limit. V8 does not necessarily end a loop that never
 * waits: in Node.js 24, one that continues beyond the limit ends the whole process.
 */
const outOfMemory = `import { Worker } from 'node:worker_threads';
const body = '(async () => { const all = []; for (;;) { all.push(new Array(1000).fill(all.length)); await null; } })();';
const resourceLimits = { maxOldGenerationSizeMb: 16 };
new Worker(body, { eval: true, resourceLimits }).on('error', (error) => { throw error; });`;

describe('a worker that dies', () => {
  it.each([
    ['leaves', 'process.exit(3);', 'ended with exit code 3'],
    ['ends', '', 'ended with exit code 0'],
    ['throws', "setTimeout(() => { throw new Error('the sky fell'); }, 50);", 'died: the sky fell'],
    ['runs out of memory', outOfMemory, 'ran out of memory'],
  ])('because it %s is an error that says so', async (_, body, reason) => {
    const workerFile = await workerThat(body);
    const firstBatch = async (): Promise<unknown> => {
      const loader = await openSmall({ workers: 2, workerFile });
      return loader.trainingBatches(1, 0).next();
    };
    await expect(firstBatch()).rejects.toThrow(`cannot make batches: a worker thread ${reason}`);
  });

  it('before it began is an error of opening', async () => {
    const workerFile = pathToFileURL(join(await temporaryFolder(), 'no-such-file.js'));
    await expect(openSmall({ workers: 2, workerFile })).rejects.toThrow(
      /^cannot make batches: a worker thread died: Cannot find module/,
    );
  });
});

/** Records the workers that are started and terminated from now on, until the test ends. */
function watchWorkers() {
  // Each worker is unreferenced at its start.
  const unref = vi.spyOn(Worker.prototype, 'unref');
  const terminate = vi.spyOn(Worker.prototype, 'terminate');
  onTestFinished(() => void vi.restoreAllMocks());
  const found = ({ mock }: typeof unref | typeof terminate): readonly Worker[] => [
    ...new Set(mock.contexts as readonly Worker[]),
  ];
  return { started: () => found(unref), terminated: () => found(terminate) };
}

/** Whether a worker has exited: its thread id is then -1. */
const hasExited = ({ threadId }: Worker): boolean => threadId === -1;

describe('close', () => {
  it('ends in the middle of an epoch, twice, and no worker has to be terminated', async () => {
    const { started, terminated } = watchWorkers();
    const loader = await openSmall({ workers: 4 });
    await loader.trainingBatches(1, 0).next();
    expect(started().map(hasExited)).toEqual([false, false, false, false]);
    // The time limit after which workers are terminated is never reached.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await loader.close();
    expect(started().map(hasExited)).toEqual([true, true, true, true]);
    await loader.close();
    expect(terminated()).toEqual([]);
  });

  it('terminates a worker that does not listen', async () => {
    const { started, terminated } = watchWorkers();
    const loader = await openSmall({ workers: 1, workerFile: await workerThat('for (;;);') });
    await loader.close();
    expect(terminated()).toEqual(started());
    expect(started().map(hasExited)).toEqual([true]);
  });
});

it('a loader that nobody closes does not keep the process alive', async () => {
  const file = join(await temporaryFolder(), 'open.mjs');
  const at = (path: string): string => JSON.stringify(new URL(`../../../dist/${path}`, import.meta.url).href);
  await writeFile(
    file,
    `import { openLoader } from ${at('data/loader/loader.js')};
import { augmentationOptions } from ${at('data/augment/options.js')};
const storage = { kind: 'memory', images: new Uint8Array(50 * 192) };
const format = { height: 8, width: 8, channels: 3, mean: [1, 1, 1], std: [1, 1, 1] };
const train = { ...format, name: 'x', part: 'train', classes: 1, classNames: ['x'], count: 50, labels: new Int32Array(50), storage };
const sizes = { batchSize: 5, evaluationBatchSize: 5, epochs: 9, seed: 1, workers: 2, maxBroken: 0 };
const options = { train, evaluation: train, augmentation: augmentationOptions.parse({}), ...sizes };
const loader = await openLoader({ ...options, evaluatedAfter: () => true, warn: console.log, clock: Date.now });
console.log((await loader.trainingBatches(1, 0).next()).value.labels.length);`,
  );
  const { stdout, exitCode } = await execa(process.execPath, [file], { timeout: 540_000, reject: false });
  expect({ stdout, exitCode }).toEqual({ stdout: '5', exitCode: 0 });
});

it('a slow consumer gets what a fast one gets', async () => {
  const fast = await copies((await openSmall()).trainingBatches(1, 0));
  const loader = await openSmall({ workers: 2 });
  let batch = 0;
  for await (const { images } of loader.trainingBatches(1, 0)) {
    await setTimeout(20);
    expect(images).toEqual(fast[batch++].images);
  }
  expect(batch).toBe(5);
});

describe('loaderThreads', () => {
  it.each([
    [0, 'cpu', 'memory', 8, 0],
    [5, 'cpu', 'memory', 2, 5],
    ['auto', 'cpu', 'memory', 64, 0],
    ['auto', 'cuda', 'memory', 16, 2],
    ['auto', 'cuda', 'memory', 1, 1],
  ] as const)('workers %s, %s, %s, %i cores: %i', (workers, device, storage, cores, expected) => {
    expect(loaderThreads(workers, { device, storage, cores })).toBe(expected);
  });
});
