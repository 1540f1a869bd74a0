// The loader: yields the batches of a run in order, the same bytes with and without worker threads.
import { cannot } from '../../common/errors.js';
import { batchCount, epochPlan, type Batch } from '../batches.js';
import { createNoteBroken } from './broken-images.js';
import { createInlineBuilder, type BatchBuilder } from './inline-builder.js';
import { evaluationSpecs, isSameBatch, trainingSpecs, type BatchName, type BatchSpec } from './batch-spec.js';
import { openReadImages, type ReadingPlan } from './read-images.js';
import { openWorkerMaker } from './worker-builder.js';

export interface LoaderOptions extends ReadingPlan {
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  /** Worker threads; 0: batches are made in this thread when they are asked for. */
  readonly workers: number;
  /** The last epoch; no batches are made ahead beyond it. */
  readonly epochs: number;
  /** Gets a line for each broken image that another one takes the place of. */
  readonly warn: (line: string) => void;
  /** Milliseconds. */
  readonly now: () => number;
  /** The file a worker thread runs; by default the built one beside this module. */
  readonly workerFile?: URL;
}

export interface Loader {
  /** Batches of a training epoch. */
  readonly trainingBatchCount: number;
  readonly evaluationImages: number;
  /**
   * The batches of an epoch (counted from 1) from `startBatch` (from 0) on: shuffled, augmented, the last one maybe
   * partial. A pure function of (seed, epoch, batch). A batch is valid until the next is asked for.
   * Errors: past the epoch's end; a broken image too many; a worker that died.
   */
  trainingBatches(epoch: number, startBatch: number): AsyncGenerator<Batch, void, undefined>;
  /** All evaluation images in order, not augmented; as above. */
  evaluationBatches(): AsyncGenerator<Batch, void, undefined>;
  /** Seconds spent waiting for batches so far; without workers, making them. */
  readonly waited: number;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** A maker and the orders it has, which follow a plan. */
function createLane(builder: BatchBuilder, planFrom: (name: BatchName) => Iterator<BatchSpec, unknown>) {
  let plan: Iterator<BatchSpec, unknown> | undefined;
  let open: BatchSpec[] = [];
  const fill = (): void => {
    while (plan !== undefined && open.length < builder.ahead) {
      const next = plan.next();
      if (next.done === true) {
        plan = undefined;
        return;
      }
      builder.order(next.value);
      open.push(next.value);
    }
  };
  return async (name: BatchName) => {
    fill();
    if (!isSameBatch(open[0], name)) {
      open = [];
      await builder.drop();
      plan = planFrom(name);
      fill();
    }
    open.shift();
    return await builder.take();
  };
}

/** Opens a loader; close it however the work ends. Errors: augmentation that does not fit the images. */
export async function openLoader(options: LoaderOptions): Promise<Loader> {
  const { train, evaluation, batchSize, evaluationBatchSize, seed, epochs, workers, now } = options;
  // Copying images within memory is nothing that another thread could do faster.
  const evaluatesInline = workers === 0 || evaluation.storage.kind === 'memory';

  function* planFrom({ part, epoch, batch }: BatchName): Generator<BatchSpec, void, undefined> {
    if (part === 'evaluation') {
      yield* evaluationSpecs(evaluation.count, evaluationBatchSize, batch);
      return;
    }
    for (let next = epoch; next <= Math.max(epoch, epochs); next++) {
      yield* trainingSpecs(train, batchSize, seed, next, next === epoch ? batch : 0);
      if (!evaluatesInline) yield* evaluationSpecs(evaluation.count, evaluationBatchSize, 0);
    }
  }

  const inlineMaker = async (size: number): Promise<BatchBuilder> =>
    createInlineBuilder(await openReadImages(options), train, size);
  const largest = evaluatesInline ? batchSize : Math.max(batchSize, evaluationBatchSize);
  const trainMaker = workers === 0 ? await inlineMaker(batchSize) : await openWorkerMaker(options, largest);
  const evaluationMaker = evaluatesInline ? await inlineMaker(evaluationBatchSize) : trainMaker;
  const takeTraining = createLane(trainMaker, planFrom);
  const takeEvaluation = evaluatesInline ? createLane(evaluationMaker, planFrom) : takeTraining;

  const trainingBatchCount = epochPlan(train, batchSize).batches;
  const noteBroken = createNoteBroken(options.maxBroken, options.warn);
  let waited = 0;
  const next = async (name: BatchName): Promise<Batch> => {
    const started = now();
    const evaluates = name.part === 'evaluation';
    const { images, indices, reports } = await (evaluates ? takeEvaluation(name) : takeTraining(name));
    waited += Math.max(0, now() - started) / 1000;
    noteBroken(reports);
    const { labels } = evaluates ? evaluation : train;
    return { images, indices, labels: Int32Array.from(indices, (index) => labels[index]) };
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
      for (let batch = 0; batch < batches; batch++) yield await next({ part: 'evaluation', epoch: 0, batch });
    },
    get waited() {
      return waited;
    },
    close: () => trainMaker.close(),
  };
}
