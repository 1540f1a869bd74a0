// Properties of the losses of Table 3 on any input: special cases that equal cross entropy, and finite values.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LossOptions } from '../../src/losses/options.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { lossRunner, type LossCase } from './support.js';

const runLoss = lossRunner(testEngine());
const [samples, classes, featureSize] = [4, 3, 2];

const matrix = (rows: number, columns: number, size: number) => {
  const value = fc.double({ min: -size, max: size, noNaN: true }).map((x) => Math.fround(Number(x.toFixed(3))));
  return fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
};

type Batch = Omit<LossCase, 'options'>;

/** Batches whose logits are within about ± 2 size². */
const batches = (size: number): fc.Arbitrary<Batch> =>
  fc.record({
    features: matrix(samples, featureSize, size),
    labels: fc.array(fc.nat(classes - 1), { minLength: samples, maxLength: samples }),
    weight: matrix(classes, featureSize, size),
    bias: matrix(1, classes, size).map(([bias]) => bias),
  });

const largeMargin = (margin: number): LossOptions => ({
  name: 'large-margin',
  margin,
  lambda0: 1000,
  lambdaDecay: 1e-5,
  lambdaPower: 45,
  lambdaMin: 0,
});

/** Within 1e-5 of the largest expected value, or of 1 if that is larger. */
function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  Array.from(expected).forEach((value, index) => {
    expect(Math.abs(actual[index] - value) / scale).toBeLessThan(1e-5);
  });
}

/** Asserts that a loss agrees with cross entropy on a batch, gradients included. */
function expectSame(batch: Batch, options: LossOptions): void {
  const actual = runLoss('eager', { ...batch, options });
  const expected = runLoss('eager', { ...batch, options: { name: 'cross-entropy' } });
  expectNear([actual.loss], [expected.loss]);
  expectNear(actual.dFeatures, expected.dFeatures);
  expectNear(actual.dWeight, expected.dWeight);
  expectNear(actual.dBias, expected.dBias);
}

const options = { numRuns: 40 };

describe('cross entropy equals', () => {
  it('focal loss with alpha 1 and gamma 0', () => {
    fc.assert(
      fc.property(batches(3), (batch) => expectSame(batch, { name: 'focal', alpha: 1, gamma: 0 })),
      options,
    );
  });

  it('L_q as q goes to 0, with an error of at most q / 2 (log p_y)^2', () => {
    fc.assert(
      fc.property(batches(1), (batch) => expectSame(batch, { name: 'lq', q: 1e-6, truncation: 0 })),
      options,
    );
  });

  it('label smoothing with a smoothing of 0', () => {
    fc.assert(
      fc.property(batches(3), (batch) => expectSame(batch, { name: 'label-smoothing', smoothing: 0 })),
      options,
    );
  });

  it('large margin with m = 1 and without bias, for any lambda', () => {
    const lambda = fc.double({ min: 0, max: 1000, noNaN: true });
    const withoutBias = batches(3).map((batch) => ({ ...batch, bias: batch.bias.map(() => 0) }));
    fc.assert(
      fc.property(withoutBias, lambda, (batch, value) => {
        const actual = runLoss('eager', { ...batch, options: largeMargin(1), scalars: { lambda: value } });
        const expected = runLoss('eager', { ...batch, options: { name: 'cross-entropy' } });
        expectNear([actual.loss], [expected.loss]);
        expectNear(actual.dFeatures, expected.dFeatures);
        expectNear(actual.dWeight, expected.dWeight);
        expect(Array.from(actual.dBias, Math.abs)).toEqual([0, 0, 0]);
      }),
      options,
    );
  });
});

it('large margin does not depend on the bias', () => {
  fc.assert(
    fc.property(batches(3), (batch) => {
      const of = (bias: readonly number[]) =>
        runLoss('eager', { ...batch, bias, options: largeMargin(2), scalars: { lambda: 1 } });
      expect(of(batch.bias)).toEqual(of([0, 0, 0]));
    }),
    options,
  );
});

it('truncated L_q has no gradient below k, and equals L_q above', () => {
  const at = (margin: number, truncation: number) =>
    runLoss('eager', { ...apart(margin), options: { name: 'lq', q: 0.7, truncation } });
  const below = at(-1, 0.5);
  expect(below.loss).toBeCloseTo((1 - 0.5 ** 0.7) / 0.7, 6);
  expect(Array.from(below.dFeatures, Math.abs)).toEqual([0, 0]);
  expect(at(1, 0.5)).toEqual(at(1, 0));
});

/** Two classes whose logits are ± margin / 2: p_y is nearly 0, one half or nearly 1. */
const apart = (margin: number): Batch => ({
  features: [[margin], [margin]],
  labels: [0, 0],
  weight: [[0.5], [-0.5]],
  bias: [0, 0],
});

const everywhere: readonly (Pick<LossCase, 'options' | 'scalars' | 'state'> & { readonly title: string })[] = [
  ...[0, 0.5, 1, 5].map((gamma) => ({
    title: `focal, gamma ${gamma}`,
    options: { name: 'focal', alpha: 0.5, gamma } as const,
  })),
  ...[0.01, 0.4, 1].flatMap((q) =>
    [0, 0.5].map((truncation) => ({
      title: `L_q, q ${q}, truncation ${truncation}`,
      options: { name: 'lq', q, truncation } as const,
    })),
  ),
  ...[1, 2, 3, 4].flatMap((margin) =>
    [0, 1000].map((lambda) => ({
      title: `large margin, m ${margin}, lambda ${lambda}`,
      options: largeMargin(margin),
      scalars: { lambda },
    })),
  ),
  {
    title: 'center',
    options: { name: 'center', weight: 0.003, centerLearningRate: 0.5 },
    scalars: { centerLearningRate: 0.5 },
    state: { 'loss.centers': [[0], [0]] },
  },
];

describe.each(executions)('stays finite, %s', (execution) => {
  it.each(everywhere)('$title', ({ title, ...loss }) => {
    for (const margin of [-1e4, -200, -100, -20, -1e-6, 0, 1e-6, 16, 18, 20, 100, 200, 1e4]) {
      const result = runLoss(execution, { ...apart(margin), ...loss });
      const values = [result.loss, ...[result.dFeatures, result.dWeight, result.dBias].flatMap((x) => Array.from(x))];
      expect(values.every(Number.isFinite), `${title} at ${margin}: ${values.join(' ')}`).toBe(true);
      expect(result.loss).toBeGreaterThanOrEqual(0);
    }
  });
});

it.each([1, 2, 3, 4])('large margin with m = %d is finite for features and weights of 0', (margin) => {
  const zeros = {
    features: [[0, 0]],
    labels: [1],
    weight: [
      [0, 0],
      [0, 0],
    ],
    bias: [0, 0],
  };
  const result = runLoss('eager', { ...zeros, options: largeMargin(margin), scalars: { lambda: 0 } });
  expect(result.loss).toBeCloseTo(Math.log(2), 6);
  expect([...Array.from(result.dFeatures), ...Array.from(result.dWeight)].every(Number.isFinite)).toBe(true);
});
