// Chooses the number of loader threads.
import type { ImageStorage } from '../source.js';

interface LoadingPlace {
  readonly device: 'cpu' | 'cuda';
  readonly storage: ImageStorage['kind'];
  /** Cores that this process may use. */
  readonly cores: number;
}

/** Maximum for `auto`. */
const maxThreads = 16;

/**
 * Returns the number of worker threads. `auto` on the CPU, where they would take cores from the training step: none for
 * images in memory, whose augmentation takes well below a hundredth of a step, and one per 8 cores for others; with a
 * GPU: 2 for images in memory, and all cores but one for others.
 */
export function loaderThreads(workers: number | 'auto', { device, storage, cores }: LoadingPlace): number {
  if (workers !== 'auto') return workers;
  const inMemory = storage === 'memory';
  if (device === 'cpu') return inMemory ? 0 : Math.min(maxThreads, Math.ceil(cores / 8));
  return Math.max(1, Math.min(inMemory ? 2 : maxThreads, cores - 1));
}
