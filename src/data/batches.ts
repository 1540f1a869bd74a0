// Batches of images: shuffled and augmented for training, in order for evaluation.
import { cannot } from '../common/errors.js';
import { permutation, randomStream } from '../common/random.js';
import { imageBytes, type ImageDataset } from './dataset.js';
import type { Pipeline } from './transforms/pipeline.js';

export interface Batch {
  /** n·H·W·C bytes (NHWC). */
  readonly images: Uint8Array;
  /** n labels. */
  readonly labels: Int32Array;
  /** The n positions in the data set. */
  readonly indices: Uint32Array;
}

/** Number of batches of an epoch; the last may be partial. */
export function batchCount(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize);
}

/** The order in which an epoch visits `count` images: a permutation that is a pure function of (seed, epoch). */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  return permutation(count, randomStream(seed, 'order', epoch));
}

export interface TrainingBatches {
  readonly dataset: ImageDataset;
  readonly pipeline: Pipeline;
  readonly batchSize: number;
  readonly seed: number;
  /** Counts from 1. */
  readonly epoch: number;
  /** The first batch to make, from 0: a restarted epoch gets the same bytes as one that was not interrupted. */
  readonly startBatch?: number;
}

/**
 * The batches of one epoch, made as they are asked for, each in fresh arrays; the last one may be partial.
 * Each call is a new sequence. Throws where `startBatch` is past the epoch's end.
 */
export function* trainingBatches(options: TrainingBatches): Generator<Batch, void, undefined> {
  const { dataset, pipeline, batchSize, seed, epoch, startBatch = 0 } = options;
  const batches = batchCount(dataset.count, batchSize);
  if (startBatch > batches) {
    throw cannot('continue an epoch', `batch ${startBatch} is past its end (${batches} batches)`);
  }
  const size = imageBytes(dataset);
  const order = epochOrder(dataset.count, seed, epoch);
  for (let batch = startBatch; batch < batches; batch++) {
    const indices = order.slice(batch * batchSize, (batch + 1) * batchSize);
    const images = new Uint8Array(indices.length * size);
    const labels = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      pipeline(dataset, indices[i], seed, epoch, images, i * size);
      labels[i] = dataset.labels[indices[i]];
    }
    yield { images, labels, indices };
  }
}

/** All images in order, without augmentation; the last batch may be partial. `images` and `labels` are views, not copies. */
export function* evaluationBatches(dataset: ImageDataset, batchSize: number): Generator<Batch, void, undefined> {
  const size = imageBytes(dataset);
  for (let start = 0; start < dataset.count; start += batchSize) {
    const end = Math.min(start + batchSize, dataset.count);
    yield {
      images: dataset.images.subarray(start * size, end * size),
      labels: dataset.labels.subarray(start, end),
      indices: Uint32Array.from({ length: end - start }, (_, i) => start + i),
    };
  }
}
