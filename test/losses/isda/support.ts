// ISDA on given features, step by step, and its expected state and term in float64.
import { gradients } from '../../../src/engine/gradients.js';
import type { Engine } from '../../../src/engine/index.js';
import { add, matMul } from '../../../src/engine/ops/index.js';
import type { Execution } from '../../../src/engine/session.js';
import type { Program, Tensor } from '../../../src/engine/tensor.js';
import { randomStream } from '../../../src/common/random.js';
import { createLoss } from '../../../src/losses/registry.js';
import type { IsdaOptions, LossOptions } from '../../../src/losses/options.js';
import { declare, filledWith, initialValues } from '../../../src/nn/tensors.js';
import { range } from '../../support/grid.js';

export type Covariance = IsdaOptions['covariance'];
export const covariances: readonly Covariance[] = ['full', 'diagonal', 'identity', 'single', 'sketch'];

export interface Sizes {
  readonly classes: number;
  readonly featureSize: number;
}

export interface LabelledFeatures {
  /** One row per sample. */
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

export const isdaOptions = (covariance: Covariance, rank = 32): LossOptions => {
  return { name: 'isda', lambda0: 1, covariance, rank, schedule: 'constant' };
};

/** Normal numbers in float32. */
export function draw(count: number, ...key: readonly (number | string)[]): number[] {
  const random = randomStream('isda', ...key);
  return range(count).map(() => Math.fround(random.normal()));
}

/** Features with a different mean and spread in each class. */
export function drawFeatures(labels: readonly number[], featureSize: number, seed: number): LabelledFeatures {
  const features = labels.map((label, sample) => {
    const centre = draw(featureSize, seed, 'centre', label);
    return draw(featureSize, seed, 'sample', sample).map((x, k) => Math.fround(2 * centre[k] + x * (1 + label / 3)));
  });
  return { features, labels };
}

export interface Head {
  /** [A, C] */
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}

export const drawHead = ({ classes, featureSize }: Sizes, seed: number): Head => ({
  weight: draw(classes * featureSize, seed, 'weight').map((value) => Math.fround(value / 2)),
  bias: draw(classes, seed, 'bias'),
});

/** Steps of a loss with batches of any of the given sizes; each returns the loss and its gradients. */
export function openLoss(
  engine: Engine,
  execution: Execution,
  options: LossOptions,
  sizes: Sizes,
  head: Head,
  batchSizes: readonly number[],
) {
  const loss = createLoss(options, sizes);
  const weight = declare('weight', 'parameter', [sizes.featureSize, sizes.classes], filledWith(0));
  const bias = declare('bias', 'parameter', [sizes.classes], filledWith(0));
  const featuresOf = (count: number) =>
    declare(`features-${count}`, 'parameter', [count, sizes.featureSize], filledWith(0));
  const build = (count: number) => (inputs: Readonly<Record<string, Tensor>>, program: Program) => {
    const [x, w, b] = [featuresOf(count), weight, bias].map((tensor) => program.read(tensor));
    const logits = add(matMul(x, w), b);
    const scalars = Object.fromEntries(Object.keys(loss.scalars).map((name) => [name, inputs[name]]));
    const seed = program.constant(Int32Array.of(0, 0), { dtype: 'int32', shape: [2] });
    const value = loss.compute({ program, features: x, logits, labels: inputs['labels'], weight: w, seed, scalars });
    const [dFeatures, dWeight, dBias] = gradients(value, [x, w, b]);
    return { loss: value, dFeatures, dWeight, dBias };
  };
  const counts = [...new Set(batchSizes)];
  const tensors = [weight, bias, ...counts.map(featuresOf), ...loss.tensors];
  const session = engine.createSession(
    execution,
    tensors,
    counts.map((count) => ({
      name: `step-${count}`,
      inputs: { labels: { dtype: 'int32', shape: [count] }, lambda: { dtype: 'float32', shape: [] } },
      build: build(count),
    })),
  );
  const first = initialValues(tensors, 0)
    .set('weight', Float32Array.from(head.weight))
    .set('bias', Float32Array.from(head.bias));
  const reset = (): void => session.write(first);
  reset();
  const names = loss.tensors.map((tensor) => tensor.name);
  return {
    step({ features, labels }: LabelledFeatures, lambda: number) {
      session.write(new Map([[`features-${labels.length}`, Float32Array.from(features.flat())]]));
      return session.call(`step-${labels.length}`, {
        labels: Int32Array.from(labels),
        lambda: Float32Array.of(lambda),
      });
    },
    state: () => session.read(names),
    /** Sets tensors of the state. */
    load: (values: ReadonlyMap<string, Float32Array>): void => session.write(values),
    /** Restores the state from before the first step. */
    reset,
    close: () => session.close(),
  };
}

interface ClassStatistics {
  readonly count: number;
  readonly mean: readonly number[];
  /** Biased, row-major [A, A]. */
  readonly covariance: readonly number[];
}

/** The statistics of all samples of one class, or of all samples. */
export function statisticsOf({ features, labels }: LabelledFeatures, size: number, label?: number): ClassStatistics {
  const own = features.filter((_, index) => label === undefined || labels[index] === label);
  const count = own.length;
  const average = (value: (row: readonly number[]) => number): number =>
    count === 0 ? 0 : own.reduce((sum, row) => sum + value(row), 0) / count;
  const mean = range(size).map((k) => average((row) => row[k]));
  const covariance = range(size).flatMap((j) =>
    range(size).map((k) => average((row) => (row[j] - mean[j]) * (row[k] - mean[k]))),
  );
  return { count, mean, covariance };
}
