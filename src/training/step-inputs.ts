// Declares and packs the inputs of a training step.
import type { RandomStream } from '../common/random.js';
import type { Batch as LoadedBatch } from '../data/batches.js';
import type { HostArray, TensorSpec } from '../engine/types.js';
import type { Loss, TrainingProgress } from '../losses/loss.js';
import type { Network } from '../models/network.js';
import { gradientScale } from '../optimizers/accumulation.js';
import { optimizerScalarsAt, optimizerSpecs, type Optimizer } from '../optimizers/optimizer.js';
import { drawMixing, mixingSpecs, mixingValues, type MixingParts } from './mixing.js';

/** How images arrive and are normalized: uint8 [N, H, W, C], (x − mean) / std with both in units of 0..255. */
export interface InputFormat {
  readonly height: number;
  readonly width: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export type LabelledImages = Pick<LoadedBatch, 'images' | 'labels'>;

/** One training step. */
export interface StepInputs {
  readonly batch: LabelledImages;
  /** Of the optimizer, by name. */
  readonly optimizerScalars: Readonly<Record<string, number>>;
  /** Of everything random in the step: two 32-bit integers, the second of which counts steps. */
  readonly seed: readonly [number, number];
  /** Of the loss, by name. */
  readonly lossScalars: Readonly<Record<string, number>>;
  /** Where several batches make one update: those of its group up to this one. */
  readonly group?: BatchGroup | undefined;
}

/** The batches up to this one that belong to one update. */
export interface BatchGroup {
  /** Of all of them. */
  readonly images: number;
  /** Whether the update comes with this one. */
  readonly isLast: boolean;
}

/** The names of a session's functions for a batch size. */
export const trainFunction = (batchSize: number): string => `train-${batchSize}`;
/** Of a batch that is followed by no update yet. */
export const accumulateFunction = (batchSize: number): string => `accumulate-${batchSize}`;
export const evaluateFunction = (batchSize: number): string => `evaluate-${batchSize}`;

export const predictFunction = (batchSize: number): string => `predict-${batchSize}`;

/** The output of an evaluation step that is no sum: the logits of its images. */
export const logitsOutput = 'logits';

const scalar: TensorSpec = { dtype: 'float32', shape: [] };
const ofLoss = (name: string): string => `loss.${name}`;

/** The inputs of a batch: images uint8 [N, H, W, C], labels int32 [N]. */
export function batchSpecs(
  batchSize: number,
  { height, width, mean }: InputFormat,
): Record<'images' | 'labels', TensorSpec> {
  return {
    images: { dtype: 'uint8', shape: [batchSize, height, width, mean.length] },
    labels: { dtype: 'int32', shape: [batchSize] },
  };
}

/** What decides the inputs of a step. */
interface SpecParts {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly mixing?: MixingParts;
  /** Whether several batches make one update. */
  readonly accumulates?: boolean;
}

/**
 * The inputs of a step on a batch: images, labels, seed int32 [2], the optimizer's scalars, the loss's as `loss.<name>`
 * and, where batches are mixed, those of `mixingSpecs`.
 */
export function stepSpecs(
  batchSize: number,
  format: InputFormat,
  { loss, optimizer, mixing, accumulates }: SpecParts,
): Record<'images' | 'labels' | 'seed', TensorSpec> & Record<string, TensorSpec> {
  return {
    ...batchSpecs(batchSize, format),
    ...optimizerSpecs(optimizer),
    ...(accumulates === true ? { [gradientScale]: scalar } : {}),
    seed: { dtype: 'int32', shape: [2] },
    ...Object.fromEntries(Object.keys(loss.scalars).map((name) => [ofLoss(name), scalar])),
    ...(mixing === undefined ? {} : mixingSpecs(batchSize)),
  };
}

/** A step as the function of `stepSpecs` takes it. `mixing`: as the function was built. */
export function stepValues(
  { batch, optimizerScalars, seed, lossScalars, group }: StepInputs,
  mixing?: MixingParts,
): Record<string, HostArray> {
  const scalars = [
    ...Object.entries(optimizerScalars),
    ...Object.entries(lossScalars).map(([name, value]) => [ofLoss(name), value] as const),
  ].map(([name, value]) => [name, Float32Array.of(value)] as const);
  return {
    images: batch.images,
    labels: batch.labels,
    seed: Int32Array.of(seed[0] | 0, seed[1] | 0),
    ...Object.fromEntries(scalars),
    ...(group === undefined ? {} : { [gradientScale]: Float32Array.of(1 / group.images) }),
    ...(mixing === undefined ? {} : mixingValues(drawMixing(mixing, seed, batch.labels.length))),
  };
}

/** The scalars of a loss out of all that a function gets. */
export const lossScalarsOf = <T>(loss: Loss, inputs: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.keys(loss.scalars).map((name) => [name, inputs[ofLoss(name)]]));

/** What a loss's scalars are at a place of a run. */
export const lossScalarsAt = (loss: Loss, progress: TrainingProgress): Record<string, number> =>
  Object.fromEntries(Object.entries(loss.scalars).map(([name, valueAt]) => [name, valueAt(progress)]));

/** Random images and labels, to measure with. */
export function randomBatch(
  { format, network }: { readonly format: InputFormat; readonly network: Pick<Network, 'classes'> },
  batchSize: number,
  random: RandomStream,
): LabelledImages {
  const pixels = batchSize * format.height * format.width * format.mean.length;
  return {
    images: Uint8Array.from({ length: pixels }, () => random.integer(256)),
    labels: Int32Array.from({ length: batchSize }, () => random.integer(network.classes)),
  };
}

/** A step on a batch to measure with, whose values are like those within a run. */
export const measuredStep = (
  batch: LabelledImages,
  { loss, optimizer }: { readonly loss: Loss; readonly optimizer: Optimizer },
): StepInputs => ({
  batch,
  optimizerScalars: optimizerScalarsAt(optimizer, { learningRate: optimizer.learningRate, step: 1 }),
  seed: [1, 0],
  lossScalars: Object.fromEntries(Object.keys(loss.scalars).map((name) => [name, 0.25])),
  group: { images: batch.labels.length, isLast: true },
});
