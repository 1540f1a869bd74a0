// Measures the loader's throughput in images per second, by augmentation and number of threads, without training.
import type { ExperimentConfig } from '../../config/schema.js';
import type { Loader } from '../../data/loader/loader.js';
import { augmentationOptions } from '../../data/augment/options.js';
import { loadSplits, type DataPlaces } from '../../data/registry.js';
import type { Splits } from '../../data/split.js';
import { openConfiguredLoader } from '../loading.js';

/** `config`: the config's own; `standard`: the same without Cutout and AutoAugment; the others: added to `standard`. */
export const benchAugmentations = ['config', 'standard', 'cutout', 'autoaugment'] as const;
export type BenchAugmentation = (typeof benchAugmentations)[number];

interface DataBenchOptions {
  readonly augmentations: readonly BenchAugmentation[];
  /** Numbers of worker threads. */
  readonly workers: readonly number[];
  /** Measuring time per augmentation and number of threads. */
  readonly seconds: number;
  /** Returns milliseconds, for durations. */
  readonly clock: () => number;
  /** Receives a line for each broken image. */
  readonly warn: (line: string) => void;
}

export interface DataBenchResult {
  readonly dataset: string;
  readonly augmentation: BenchAugmentation;
  readonly workers: number;
  readonly batchSize: number;
  readonly images: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** Seconds per turn; loaders are measured in turn, so that varying machine speed affects all equally. */
const turn = 1;

/** Distance between the first epochs of two turns, so that no turn starts with batches prepared during another. */
const epochsOfTurn = 1e6;

/** Epoch 1 is always followed by an evaluation, whose images would be read ahead. */
const firstEpoch = 2;

function augmentationOf(name: BenchAugmentation, own: ExperimentConfig['augmentation']) {
  const standard = { ...own, autoaugment: false, cutout: false } as const;
  const { cutout } = own.cutout === false ? augmentationOptions.parse({ cutout: {} }) : own;
  return { config: own, standard, cutout: { ...standard, cutout }, autoaugment: { ...standard, autoaugment: true } }[
    name
  ];
}

/** Yields batches of consecutive epochs without end. */
async function* endless(loader: Loader, first: number) {
  for (let epoch = first; ; epoch++) yield* loader.trainingBatches(epoch, 0);
}

/** A loader to measure. */
interface BenchLoader {
  readonly augmentation: BenchAugmentation;
  readonly workers: number;
}

async function openBenchLoader(
  config: ExperimentConfig,
  splits: Splits,
  { augmentation, workers }: BenchLoader,
  { warn, clock }: DataBenchOptions,
) {
  const changed = { ...config, augmentation: augmentationOf(augmentation, config.augmentation) };
  // Endless epochs without evaluations, so that batches of the next epoch are prepared ahead.
  const training = { ...changed.training, epochs: Infinity, evaluateEvery: Infinity };
  const loader = await openConfiguredLoader({ ...changed, training }, splits, { workers, warn, clock });
  return { augmentation, workers, loader, images: 0, seconds: 0 };
}

/** Measures the loading of a config's training images. Errors: those of its data set. */
export async function benchData(
  config: ExperimentConfig,
  places: DataPlaces,
  options: DataBenchOptions,
): Promise<DataBenchResult[]> {
  const splits = await loadSplits(config.dataset, places);
  const { batchSize } = config.training;
  const opened: Awaited<ReturnType<typeof openBenchLoader>>[] = [];
  const { clock } = options;
  try {
    for (const augmentation of options.augmentations) {
      for (const workers of options.workers)
        opened.push(await openBenchLoader(config, splits, { augmentation, workers }, options));
    }
    for (let done = 0; done < options.seconds; done += turn) {
      for (const each of opened) {
        const batches = endless(each.loader, firstEpoch + Math.round(done / turn) * epochsOfTurn);
        await batches.next();
        const started = clock();
        const end = started + 1000 * Math.min(turn, options.seconds - done);
        while (clock() < end) {
          const { value } = await batches.next();
          each.images += value?.labels.length ?? 0;
        }
        each.seconds += (clock() - started) / 1000;
      }
    }
    return opened.map(({ augmentation, workers, images, seconds }) => {
      const imagesPerSecond = images / seconds;
      return { dataset: splits.train.name, augmentation, workers, batchSize, images, seconds, imagesPerSecond };
    });
  } finally {
    for (const { loader } of opened) await loader.close();
  }
}
