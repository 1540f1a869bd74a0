// Opens the loader of a config's images.
import type { ExperimentConfig } from '../config/schema.js';
import { openLoader, type Loader } from '../data/loader/loader.js';
import { loaderThreads } from '../data/loader/threads.js';
import { maxBrokenOf } from '../data/options.js';
import type { Splits } from '../data/split.js';
import type { Engine } from '../engine/index.js';
import { evaluationDue } from '../training/cadence.js';

/** Resources of the process for loading. */
export interface LoadingContext {
  /** Milliseconds since some fixed time, for durations: monotonic, and independent of the system time. */
  readonly clock: () => number;
  /** Number of cores that this process may use. */
  readonly cores: number;
}

/** Returns the number of worker threads for a config whose steps run on a device. */
export function threadsOf(
  config: ExperimentConfig,
  { storage }: Splits['train'],
  device: Engine['device']['kind'],
  { cores }: Pick<LoadingContext, 'cores'>,
): number {
  // Synthetic images are in memory, so the storage of the real ones decides.
  const { kind } = storage.kind === 'mixed' ? storage.real.storage : storage;
  return loaderThreads(config.training.workers, { device, storage: kind, cores });
}

interface LoaderContext extends Pick<LoadingContext, 'clock'> {
  /** Number of worker threads. */
  readonly workers: number;
  /** Receives a line for each broken image. */
  readonly warn: (line: string) => void;
}

/** Opens the loader of a config; close it in any case. */
export function openConfiguredLoader(
  { augmentation, dataset, training }: ExperimentConfig,
  { train, evaluation }: Pick<Splits, 'train' | 'evaluation'>,
  { workers, warn, clock }: LoaderContext,
): Promise<Loader> {
  const { batchSize, evaluationBatchSize, epochs, seed } = training;
  const maxBroken = maxBrokenOf(dataset);
  const sizes = { batchSize, evaluationBatchSize, epochs };
  const evaluatedAfter = (epoch: number): boolean => evaluationDue(training, epoch);
  const facts = { train, evaluation, augmentation, ...sizes, evaluatedAfter, seed, maxBroken };
  return openLoader({ ...facts, workers, warn, clock });
}
