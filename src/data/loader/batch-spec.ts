// Batch specifications: which images make up a batch, and the order of the batches.
import { batchCount, endlessOrder, epochOrder, epochBatches, realImages, type TrainingImages } from '../batches.js';

/** One batch to build. */
export interface BatchSpec {
  readonly part: 'train' | 'evaluation';
  /** Counts from 1; 0 for evaluation. */
  readonly epoch: number;
  /** From 0. */
  readonly batch: number;
  /** Positions in the source. */
  readonly indices: Uint32Array;
}

export type BatchName = Omit<BatchSpec, 'indices'>;

export const isSameBatch = (a: BatchName | undefined, b: BatchName): boolean =>
  a?.part === b.part && a.epoch === b.epoch && a.batch === b.batch;

/** Options that determine the batches of a run. */
interface SpecOptions {
  readonly train: TrainingImages;
  readonly evaluation: { readonly count: number };
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  readonly seed: number;
  /** The last epoch. */
  readonly epochs: number;
}

/** A training epoch, or the rest of it. */
interface EpochSpec {
  readonly batchSize: number;
  readonly seed: number;
  /** Counts from 1. */
  readonly epoch: number;
  /** The first batch, from 0. */
  readonly first: number;
}

/**
 * Generates the batches of a training epoch; the last one may be partial. Synthetic images come last in a batch; they
 * are taken from all synthetic images in turn, across epochs.
 */
export function* trainingSpecs(
  images: TrainingImages,
  { batchSize, seed, epoch, first }: EpochSpec,
): Generator<BatchSpec, void, undefined> {
  const { batches, full, last } = epochBatches(images, batchSize);
  const real = realImages(images);
  const order = epochOrder(real, seed, epoch);
  const added = Math.max(0, batches - 1) * full.synthetic + last.synthetic;
  const start = (epoch - 1) * added;
  const synthetic = endlessOrder(images.count - real, seed, start, start + added);
  for (let batch = first; batch < batches; batch++) {
    const { real: own, synthetic: more } = batch === batches - 1 ? last : full;
    const indices = new Uint32Array(own + more);
    indices.set(order.subarray(batch * full.real, batch * full.real + own));
    for (let i = 0; i < more; i++) indices[own + i] = real + synthetic[batch * full.synthetic + i];
    yield { part: 'train', epoch, batch, indices };
  }
}

/** Generates the batches of all images in order, starting at batch `first`; the last one may be partial. */
export function* evaluationSpecs(
  count: number,
  batchSize: number,
  first: number,
): Generator<BatchSpec, void, undefined> {
  for (let batch = first; batch < batchCount(count, batchSize); batch++) {
    const start = batch * batchSize;
    const length = Math.min(batchSize, count - start);
    yield { part: 'evaluation', epoch: 0, batch, indices: Uint32Array.from({ length }, (_, i) => start + i) };
  }
}

/**
 * Generates the batches of a run in order, starting at a given one: those of its epoch and the following epochs, each
 * followed by its evaluation batches if `evaluatedAfter` is true for it. Starting at an evaluation batch, only those of
 * its evaluation.
 */
export function* specsFrom(
  { part, epoch, batch }: BatchName,
  { train, evaluation, batchSize, evaluationBatchSize, seed, epochs }: SpecOptions,
  evaluatedAfter: (epoch: number) => boolean,
): Generator<BatchSpec, void, undefined> {
  if (part === 'evaluation') {
    yield* evaluationSpecs(evaluation.count, evaluationBatchSize, batch);
    return;
  }
  for (let next = epoch; next <= Math.max(epoch, epochs); next++) {
    yield* trainingSpecs(train, { batchSize, seed, epoch: next, first: next === epoch ? batch : 0 });
    if (evaluatedAfter(next)) yield* evaluationSpecs(evaluation.count, evaluationBatchSize, 0);
  }
}
