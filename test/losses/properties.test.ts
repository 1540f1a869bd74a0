// What holds for the losses of Table 3 on any input: where they are cross entropy, and that they stay finite.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LossOptions } from '../../src/losses/options.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { runLoss, type LossCase } from './support.js';

const engine = testEngine();
const [samples, classes, featureSize] = [4, 3, 2];

const matrix = (rows: number, columns: number, size: number) => {
  const value = fc.double({ min: -size, max: size, noNaN: true }).map((x) => Math.fround(Number(x.toFixed(3))));
  return fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
};

/** Batches whose logits are within about ± 2 size². */
const batches = (size: number): fc.Arbitrary<Omit<LossCase, 'options'>> =>
  fc.record({
    features: matrix(samples, featureSize, size),
    labels: fc.array(fc.nat(classes - 1), { minLength: samples, maxLength: samples }),
    weight: matrix(classes, featureSize, size),
    bias: matrix(1, classes, size).map(([bias]) => bias),
  });

/** Asserts that two losses agree on a batch, gradients included. */
function expectSame(batch: Omit<LossCase, 'options'>, options: LossOptions, tolerance = 1e-4): void {
  const actual = runLoss(engine, 'eager', { ...batch, options });
  const expected = runLoss(engine, 'eager', { ...batch, options: { name: 'cross-entropy' } });
  for (const key of ['dFeatures', 'dWeight', 'dBias'] as const) {
    const scale = Math.max(1, ...Array.from(expected[key], Math.abs));
    Array.from(expected[key]).forEach((value, index) => {
      expect(Math.abs(actual[key][index] - value) / scale, key).toBeLessThan(tolerance);
    });
  }
  expect(Math.abs(actual.loss - expected.loss) / Math.max(1, expected.loss), 'loss').toBeLessThan(tolerance);
}

const options = { numRuns: 40 };

describe('cross entropy is', () => {
  it('focal loss with alpha 1 and gamma 0', () => {
    fc.assert(
      fc.property(batches(3), (batch) => expectSame(batch, { name: 'focal', alpha: 1, gamma: 0 })),
      options,
    );
  });
});

/** Two classes whose logits are ± margin / 2: p_y is nearly 0, one half or nearly 1. */
const apart = (margin: number): Omit<LossCase, 'options'> => ({
  features: [[margin], [margin]],
  labels: [0, 0],
  weight: [[0.5], [-0.5]],
  bias: [0, 0],
});

const everywhere: readonly LossOptions[] = [
  { name: 'focal', alpha: 0.5, gamma: 0 },
  { name: 'focal', alpha: 0.5, gamma: 0.5 },
  { name: 'focal', alpha: 0.5, gamma: 1 },
  { name: 'focal', alpha: 0.5, gamma: 5 },
];

describe.each(executions)('stays finite, %s', (execution) => {
  it.each(everywhere)('$name %o', (loss) => {
    for (const margin of [-1e4, -200, -100, -20, -1e-6, 0, 1e-6, 16, 18, 20, 100, 200, 1e4]) {
      const result = runLoss(engine, execution, { ...apart(margin), options: loss });
      const values = [result.loss, ...[result.dFeatures, result.dWeight, result.dBias].flatMap((x) => Array.from(x))];
      expect(values.every(Number.isFinite), `${margin}: ${values.join(' ')}`).toBe(true);
      expect(result.loss).toBeGreaterThanOrEqual(0);
    }
  });
});
