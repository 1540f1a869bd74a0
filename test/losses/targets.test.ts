// Losses of soft targets against their definitions, written out in float64.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LossOptions } from '../../src/losses/options.js';
import { lossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { lossRunner } from './support.js';

const runLoss = lossRunner(testEngine());
const [samples, classes, featureSize] = [5, 4, 3];

type Matrix = readonly (readonly number[])[];
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** −log p_j for each class. */
function crossEntropies(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const whole = most + Math.log(total(logits.map((z) => Math.exp(z - most))));
  return logits.map((z) => whole - z);
}

type Reference = (crossEntropies: readonly number[], target: readonly number[]) => number;
const expected =
  (f: (crossEntropy: number) => number): Reference =>
  (all, target) =>
    total(all.map((value, j) => target[j] * f(value)));

const crossEntropy = expected((value) => value);
const focal = (alpha: number, gamma: number): Reference =>
  expected((value) => alpha * (1 - Math.exp(-value)) ** gamma * value);
const lq = (q: number, k: number): Reference => expected((value) => (1 - Math.max(Math.exp(-value), k) ** q) / q);
const smoothed =
  (smoothing: number): Reference =>
  (all, target) =>
    crossEntropy(
      all,
      target.map((share) => (1 - smoothing) * share + smoothing / classes),
    );

const cases: readonly [string, LossOptions, Reference][] = [
  ['cross entropy', { name: 'cross-entropy' }, crossEntropy],
  ['label smoothing', { name: 'label-smoothing', smoothing: 0.1 }, smoothed(0.1)],
  ['focal', { name: 'focal', alpha: 0.5, gamma: 1 }, focal(0.5, 1)],
  ['focal, gamma 2', { name: 'focal', alpha: 1, gamma: 2 }, focal(1, 2)],
  ['L_q', { name: 'lq', q: 0.4, truncation: 0 }, lq(0.4, 0)],
  ['truncated L_q', { name: 'lq', q: 0.7, truncation: 0.3 }, lq(0.7, 0.3)],
];

const matrix = (rows: number, columns: number, size: number): fc.Arbitrary<Matrix> => {
  const value = fc.double({ min: -size, max: size, noNaN: true }).map((x) => Math.fround(Number(x.toFixed(3))));
  return fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
};

/** Rows of eighths, which are exact in float32; each sums to 1. */
const targetRows: fc.Arbitrary<Matrix> = fc.array(
  fc
    .array(fc.nat(classes - 1), { minLength: 8, maxLength: 8 })
    .map((drawn) => Array.from({ length: classes }, (_, j) => drawn.filter((each) => each === j).length / 8)),
  { minLength: samples, maxLength: samples },
);

const batches = fc.record({
  features: matrix(samples, featureSize, 2),
  labels: fc.array(fc.nat(classes - 1), { minLength: samples, maxLength: samples }),
  targets: targetRows,
  weight: matrix(classes, featureSize, 1),
  bias: matrix(1, classes, 1).map(([bias]) => bias),
});

const logitsOf = (features: Matrix, weight: Matrix, bias: readonly number[]): number[][] =>
  features.map((x) => weight.map((w, j) => bias[j] + total(w.map((value, a) => value * x[a]))));

const oneHotRows = (labels: readonly number[]): number[][] =>
  labels.map((label) => Array.from({ length: classes }, (_, j) => (j === label ? 1 : 0)));

const options = { numRuns: 25 };

describe.each(executions)('soft targets, %s', (execution) => {
  it.each(cases)('%s has the value and the gradients of its definition', (_, loss, reference) => {
    fc.assert(
      fc.property(batches, (batch) => {
        const { features, targets, weight, bias } = batch;
        const valueAt = (x: Matrix, b: readonly number[]): number =>
          total(logitsOf(x, weight, b).map((z, i) => reference(crossEntropies(z), targets[i]))) / samples;
        // No kink of truncated L_q within a step of the differences.
        if ('truncation' in loss && loss.truncation > 0) {
          const all = logitsOf(features, weight, bias).flatMap(crossEntropies);
          fc.pre(all.every((value) => Math.abs(value + Math.log(loss.truncation)) > 1e-3));
        }
        const result = runLoss(execution, { ...batch, options: loss });
        expect(result.loss).toBeCloseTo(valueAt(features, bias), 5);
        const step = 1e-5;
        const dBias = bias.map((b, j) => {
          const moved = (by: number): number => valueAt(features, bias.with(j, b + by));
          return (moved(step) - moved(-step)) / (2 * step);
        });
        const dFeatures = features.flatMap((row, i) =>
          row.map((x, a) => {
            const moved = (by: number): number => valueAt(features.with(i, row.with(a, x + by)), bias);
            return (moved(step) - moved(-step)) / (2 * step);
          }),
        );
        dBias.forEach((slope, j) => expect(Math.abs(result.dBias[j] - slope)).toBeLessThan(1e-5));
        dFeatures.forEach((slope, i) => expect(Math.abs(result.dFeatures[i] - slope)).toBeLessThan(1e-5));
      }),
      options,
    );
  });

  it.each(cases)('%s of one-hot targets equals the loss of the labels', (_, loss) => {
    fc.assert(
      fc.property(batches, (batch) => {
        const { features, labels, weight, bias } = batch;
        const hard = { features, labels, weight, bias, options: loss };
        const expectedResult = runLoss(execution, hard);
        // Labels that contradict the targets: they must be ignored.
        const others = labels.map((label) => (label + 1) % classes);
        const result = runLoss(execution, { ...hard, labels: others, targets: oneHotRows(labels) });
        expect(Math.abs(result.loss - expectedResult.loss)).toBeLessThan(1e-6 * Math.max(1, expectedResult.loss));
        for (const part of ['dFeatures', 'dWeight', 'dBias'] as const) {
          const [actual, wanted] = [result[part], expectedResult[part]].map((values) => Array.from(values));
          actual.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThan(1e-6));
        }
      }),
      options,
    );
  });
});

it('focal and L_q of soft targets stay finite if a class has probability 1 or 0', () => {
  for (const [, loss] of cases) {
    for (const margin of [-1e4, -100, 0, 100, 1e4]) {
      const result = runLoss('captured', {
        ...{ features: [[margin]], labels: [0], targets: [[0.75, 0.25]], weight: [[0.5], [-0.5]], bias: [0, 0] },
        options: loss,
      });
      const values = [result.loss, ...Array.from(result.dFeatures), ...Array.from(result.dWeight)];
      expect(values.every(Number.isFinite), `${loss.name} at ${margin}: ${values.join(' ')}`).toBe(true);
    }
  }
});

it('are declared by the losses that support them', () => {
  const names = lossOptions.options.map((option) => option.shape.name.value);
  const shape = { classes, featureSize };
  const soft = names.filter((name) => createLoss(lossOptions.parse({ name }), shape).softTargets === true);
  expect(soft).toEqual(['cross-entropy', 'focal', 'lq', 'label-smoothing']);
});
