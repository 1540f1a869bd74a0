// The loader: yields the batches of a run in order, the same bytes with and without worker threads.
import { cannot } from '../../common/errors.js';
import { batchCount, epochBatches, type Batch } from '../batches.js';
import { imageBytes } from '../image-format.js';
import { keepImages } from '../kept-images.js';
import { createBrokenImageCheck } from './broken-images.js';
import { errorOf } from './failure.js';
import { createInlineBuilder, type BatchBuilder } from './inline-builder.js';
import { isSameBatch, specsFrom, type BatchName, type BatchSpec } from './batch-spec.js';
import { noneLeft, openReadImages, type ReadingOptions } from './read-images.js';
import { openWorkerBuilder } from './worker-builder.js';

export interface LoaderOptions extends ReadingOptions {
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  /** Number of worker threads; 0 builds each batch in this thread when it is requested. */
  readonly workers: number;
  /** The last epoch; batches are not prefetched beyond it. */
  readonly epochs: number;
  /** Whether an evaluation follows an epoch; if so, its batches are prefetched. */
  readonly evaluatedAfter: (epoch: number) => boolean;
  /** Called with a line for each broken image that is replaced or left out. */
  readonly warn: (line: string) => void;
  /** The clock, in milliseconds. */
  readonly clock: () => number;
  /** Module of the worker threads; default: the built `worker.js` next to this module. */
  readonly workerFile?: URL;
}

export interface Loader {
  /** Number of batches in a training epoch. */
  readonly trainingBatchCount: number;
  readonly evaluationImages: number;
  /** Number of evaluation images that were broken when they were last read. */
  readonly leftOut: number;
  /**
   * The batches of an epoch (counted from 1) from `startBatch` (from 0) on: shuffled, augmented, the last one may
   * be partial. A pure function of (seed, epoch, batch). A batch is valid until the next is requested.
   * Errors: `startBatch` past the epoch's end; more broken images than allowed; a worker died.
   */
  trainingBatches(epoch: number, startBatch: number): AsyncGenerator<Batch, void, undefined>;
  /**
   * Batches of all evaluation images in order, without augmentation; validity and errors as above. Broken images are
   * left out, so that a batch may be smaller than others, or empty. Further error: no image can be read.
   */
  evaluationBatches(): AsyncGenerator<Batch, void, undefined>;
  /** Seconds spent waiting for batches so far; without workers, building them. */
  readonly waitedSeconds: number;
  /** Stops the workers. */
  close(): Promise<void>;
}

/** Keeps a builder supplied with the specs that follow the requested batch. */
function createSpecQueue(builder: BatchBuilder, upcoming: (name: BatchName) => Iterator<BatchSpec, unknown>) {
  let specs: Iterator<BatchSpec, unknown> | undefined;
  let open: BatchSpec[] = [];
  const fill = (): void => {
    while (specs !== undefined && open.length < builder.ahead) {
      const next = specs.next();
      if (next.done === true) {
        specs = undefined;
        return;
      }
      builder.request(next.value);
      open.push(next.value);
    }
  };
  return async (name: BatchName) => {
    fill();
    if (!isSameBatch(open[0], name)) {
      open = [];
      await builder.drop();
      specs = upcoming(name);
      fill();
    }
    open.shift();
    return await builder.take();
  };
}

/** Opens a loader; the caller must close it. Errors: augmentation that does not fit the images. */
export async function openLoader(options: LoaderOptions): Promise<Loader> {
  const { train, evaluation, batchSize, evaluationBatchSize, workers, clock } = options;
  // Images in memory are only copied, which worker threads would not speed up.
  const evaluatesInline = workers === 0 || evaluation.storage.kind === 'memory';
  const upcoming = (name: BatchName): Iterator<BatchSpec, unknown> =>
    specsFrom(name, options, (epoch) => !evaluatesInline && options.evaluatedAfter(epoch));

  const inlineBuilder = async (size: number): Promise<BatchBuilder> =>
    createInlineBuilder(await openReadImages(options), train, size);
  // A batch size may be larger than the data set.
  const largestTraining = Math.max(...epochBatches(train, batchSize).sizes);
  const largestEvaluation = Math.min(evaluationBatchSize, evaluation.count);
  const largest = evaluatesInline ? largestTraining : Math.max(largestTraining, largestEvaluation);
  const trainBuilder = workers === 0 ? await inlineBuilder(largestTraining) : await openWorkerBuilder(options, largest);
  const evaluationBuilder = evaluatesInline ? await inlineBuilder(largestEvaluation) : trainBuilder;
  const takeTraining = createSpecQueue(trainBuilder, upcoming);
  const takeEvaluation = evaluatesInline ? createSpecQueue(evaluationBuilder, upcoming) : takeTraining;

  const trainingBatchCount = epochBatches(train, batchSize).batches;
  const checkReports = createBrokenImageCheck(options.maxBroken, options.warn);
  let waitedSeconds = 0;
  let leftOut = 0;
  const next = async (name: BatchName): Promise<Batch> => {
    const started = clock();
    const evaluates = name.part === 'evaluation';
    const { images, indices, reports } = await (evaluates ? takeEvaluation(name) : takeTraining(name));
    waitedSeconds += Math.max(0, clock() - started) / 1000;
    checkReports(reports);
    const { labels } = evaluates ? evaluation : train;
    const labelsOf = (own: Uint32Array): Int32Array => Int32Array.from(own, (index) => labels[index]);
    if (!evaluates || reports.length === 0) return { images, indices, labels: labelsOf(indices) };
    const missing = new Set(reports.map((report) => report.leftOut));
    const kept = keepImages({ images, indices }, (at) => !missing.has(indices[at]), imageBytes(evaluation));
    return { ...kept, labels: labelsOf(kept.indices), leftOut: indices.length - kept.indices.length };
  };

  return {
    trainingBatchCount,
    evaluationImages: evaluation.count,
    async *trainingBatches(epoch, startBatch) {
      if (startBatch > trainingBatchCount) {
        throw cannot('continue an epoch', `batch ${startBatch} is past its end (${trainingBatchCount} batches)`, {
          code: 'internal',
        });
      }
      for (let batch = startBatch; batch < trainingBatchCount; batch++)
        yield await next({ part: 'train', epoch, batch });
    },
    async *evaluationBatches() {
      const batches = batchCount(evaluation.count, evaluationBatchSize);
      let missing = 0;
      for (let batch = 0; batch < batches; batch++) {
        const found = await next({ part: 'evaluation', epoch: 0, batch });
        missing += found.leftOut ?? 0;
        if (missing === evaluation.count) throw errorOf(noneLeft(evaluation));
        yield found;
      }
      leftOut = missing;
    },
    get leftOut() {
      return leftOut;
    },
    get waitedSeconds() {
      return waitedSeconds;
    },
    close: () => trainBuilder.close(),
  };
}
