// A loader of small random images, and all of its batches.
import { existsSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { Batch } from '../../../src/data/batches.js';
import { openLoader, type Loader, type LoaderOptions } from '../../../src/data/loader/loader.js';
import { augmentationOptions } from '../../../src/data/augment/options.js';
import { randomDataset } from '../helpers.js';

/** The built file of workers, as Node.js does not run TypeScript. */
const workerFile = new URL('../../../dist/data/loader/worker.js', import.meta.url);

const labels = (count: number): number[] => Array.from({ length: count }, (_, i) => i % 3);

/** 83 training images of 8 x 8 pixels in batches of 20, 45 test images in batches of 16, 3 epochs. */
export const smallLoading = {
  train: randomDataset(labels(83), 1, 8, 8),
  evaluation: { ...randomDataset(labels(45), 2, 8, 8), part: 'test' as const },
  augmentation: augmentationOptions.parse({ padCrop: { padding: 2 }, autoaugment: true, cutout: { length: 3 } }),
  batchSize: 20,
  evaluationBatchSize: 16,
  epochs: 3,
  evaluatedAfter: () => true,
  seed: 5,
  workers: 0,
  maxBroken: 0,
  warn: () => undefined,
  clock: () => performance.now(),
  workerFile,
} satisfies LoaderOptions;

/** Opens a loader that is closed when the test ends. */
export async function openSmall(changes: Partial<LoaderOptions> = {}): Promise<Loader> {
  if (!existsSync(workerFile)) throw new Error('dist/ is missing: run `npm test`, or `npm run build` first');
  const loader = await openLoader({ ...smallLoading, ...changes });
  onTestFinished(() => loader.close());
  return loader;
}

/** Copies of batches: a batch is valid only until the next one. */
export async function copies(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const copied: Batch[] = [];
  for await (const { images, labels, indices } of batches) {
    copied.push({ images: images.slice(), labels: labels.slice(), indices: indices.slice() });
  }
  return copied;
}
