// Opens the loader of a config's images.
import type { ExperimentConfig } from '../config/schema.js';
import { openLoader, type Loader } from '../data/loader/loader.js';
import { loaderThreads } from '../data/loader/threads.js';
import { maxBrokenOf } from '../data/options.js';
import type { Splits } from '../data/split.js';
import type { Engine } from '../engine/index.js';
import { evaluationDue } from '../training/cadence.js';

/** What loading needs of the process. */
export interface LoadingContext {
  /** Milliseconds since some fixed moment. It never goes back, and no setting of the time moves it: for durations. */
  readonly clock: () => number;
  /** Cores that this process may use. */
  readonly cores: number;
}

/** The worker threads of a config whose steps run on a device. */
export function threadsOf(
  config: ExperimentConfig,
  { storage }: Splits['train'],
  device: Engine['device']['kind'],
  { cores }: Pick<LoadingContext, 'cores'>,
): number {
  // Synthetic images are in memory: how the real ones are read decides.
  const { kind } = storage.kind === 'mixed' ? storage.real.storage : storage;
  return loaderThreads(config.training.workers, { device, storage: kind, cores });
}

interface LoaderContext extends Pick<LoadingContext, 'clock'> {
  /** Worker threads. */
  readonly workers: number;
  /** Gets a line for each broken image. */
  readonly warn: (line: string) => void;
}

/** Opens the loader of a config; close it however the work ends. */
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
