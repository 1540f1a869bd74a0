// Declares and packs the inputs of a training step.
import type { RandomStream } from '../common/random.js';
import type { Batch as LoadedBatch } from '../data/batches.js';
import type { HostArray, TensorSpec } from '../engine/types.js';
import type { Loss, TrainingProgress } from '../losses/loss.js';
import type { Network } from '../models/network.js';
import { gradientScale } from '../optimizers/accumulation.js';
import { optimizerScalarsAt, optimizerSpecs, type Optimizer } from '../optimizers/optimizer.js';
import { drawMixing, mixingSpecs, mixingValues, type MixingParts } from './mixing.js';

/** Format and normalization of images: uint8 [N, H, W, C] become (x − mean) / std, with both in units of 0..255. */
export interface InputFormat {
  readonly height: number;
  readonly width: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export type LabelledImages = Pick<LoadedBatch, 'images' | 'labels'>;

/** The inputs of one training step. */
export interface StepInputs {
  readonly batch: LabelledImages;
  /** Scalars of the optimizer, by name. */
  readonly optimizerScalars: Readonly<Record<string, number>>;
  /** Seed of all random numbers in the step: two 32-bit integers, the second of which counts steps. */
  readonly seed: readonly [number, number];
  /** Scalars of the loss, by name. */
  readonly lossScalars: Readonly<Record<string, number>>;
  /** The batch's group up to this batch, if several batches make one update. */
  readonly group?: BatchGroup | undefined;
}

/** The batches of one update, up to the current one. */
export interface BatchGroup {
  /** Number of images in all of them. */
  readonly images: number;
  /** Whether the update is made in this step. */
  readonly isLast: boolean;
}

/** Returns the name of a session's function for training steps of a batch size. */
export const trainFunction = (batchSize: number): string => `train-${batchSize}`;
/** Returns the name of the function for batches that are not yet followed by an update. */
export const accumulateFunction = (batchSize: number): string => `accumulate-${batchSize}`;
export const evaluateFunction = (batchSize: number): string => `evaluate-${batchSize}`;

export const predictFunction = (batchSize: number): string => `predict-${batchSize}`;

/** The output of an evaluation step with the logits of its images; all other outputs are sums. */
export const logitsOutput = 'logits';

const scalar: TensorSpec = { dtype: 'float32', shape: [] };
const ofLoss = (name: string): string => `loss.${name}`;
const ofOptimizer = (name: string): string => `optimizer.${name}`;

/** Returns the same entries under other names. */
const renamed = <T>(entries: Readonly<Record<string, T>>, nameOf: (name: string) => string): Record<string, T> =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [nameOf(name), value]));

/** Selects the scalars called as the keys of `scalars` from all inputs of a function, under their own names. */
const selected = <T>(
  scalars: object,
  nameOf: (name: string) => string,
  inputs: Readonly<Record<string, T>>,
): Record<string, T> => Object.fromEntries(Object.keys(scalars).map((name) => [name, inputs[nameOf(name)]]));

/** The specs of a batch: images uint8 [N, H, W, C], labels int32 [N]. */
export function batchSpecs(
  batchSize: number,
  { height, width, mean }: InputFormat,
): Record<'images' | 'labels', TensorSpec> {
  return {
    images: { dtype: 'uint8', shape: [batchSize, height, width, mean.length] },
    labels: { dtype: 'int32', shape: [batchSize] },
  };
}

/** The parts that determine the inputs of a step. */
interface SpecParts {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly mixing?: MixingParts;
  /** Whether several batches make one update. */
  readonly accumulates?: boolean;
}

/**
 * The specs of a step's inputs: images, labels, seed int32 [2], the optimizer's scalars as `optimizer.<name>`, the
 * loss's scalars as `loss.<name>` and, if batches are mixed, those of `mixingSpecs`.
 */
export function stepSpecs(
  batchSize: number,
  format: InputFormat,
  { loss, optimizer, mixing, accumulates }: SpecParts,
): Record<'images' | 'labels' | 'seed', TensorSpec> & Record<string, TensorSpec> {
  return {
    ...batchSpecs(batchSize, format),
    ...renamed(optimizerSpecs(optimizer), ofOptimizer),
    ...(accumulates === true ? { [gradientScale]: scalar } : {}),
    seed: { dtype: 'int32', shape: [2] },
    ...Object.fromEntries(Object.keys(loss.scalars).map((name) => [ofLoss(name), scalar])),
    ...(mixing === undefined ? {} : mixingSpecs(batchSize)),
  };
}

/** Returns the values of the inputs of `stepSpecs`. `mixing` must be that of the function. */
export function stepValues(
  { batch, optimizerScalars, seed, lossScalars, group }: StepInputs,
  mixing?: MixingParts,
): Record<string, HostArray> {
  const scalars = { ...renamed(optimizerScalars, ofOptimizer), ...renamed(lossScalars, ofLoss) };
  return {
    images: batch.images,
    labels: batch.labels,
    seed: Int32Array.of(seed[0] | 0, seed[1] | 0),
    ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)])),
    ...(group === undefined ? {} : { [gradientScale]: Float32Array.of(1 / group.images) }),
    ...(mixing === undefined ? {} : mixingValues(drawMixing(mixing, seed, batch.labels.length))),
  };
}

/** Selects the scalars of a loss from all inputs of a function. */
export const lossScalarsOf = <T>(loss: Loss, inputs: Readonly<Record<string, T>>): Record<string, T> =>
  selected(loss.scalars, ofLoss, inputs);

/** Selects the scalars of an optimizer from all inputs of a function. */
export const optimizerScalarsOf = <T>(optimizer: Optimizer, inputs: Readonly<Record<string, T>>): Record<string, T> =>
  selected(optimizer.scalars, ofOptimizer, inputs);

/** Returns the values of a loss's scalars at a position in the run. */
export const lossScalarsAt = (loss: Loss, progress: TrainingProgress): Record<string, number> =>
  Object.fromEntries(Object.entries(loss.scalars).map(([name, valueAt]) => [name, valueAt(progress)]));

/** Random images and labels for measurements. */
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

/** Creates a step for measurements, with values that are typical of a run. */
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
