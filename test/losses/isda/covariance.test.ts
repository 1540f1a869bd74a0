// The running covariance equals the covariance of all features so far, in any order and partition.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { range } from '../../support/grid.js';
import { drawFeatures, drawHead, isdaOptions, openLoss, statisticsOf, type LabelledFeatures } from './support.js';

const engine = testEngine();

interface Stream {
  readonly classes: number;
  readonly featureSize: number;
  readonly seed: number;
  readonly labels: readonly number[];
  readonly parts: readonly number[];
}

/** Labels without the last class, in batches of 1 … 9. */
const streams: fc.Arbitrary<Stream> = fc
  .record({
    classes: fc.integer({ min: 2, max: 6 }),
    featureSize: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 0, max: 1000 }),
    parts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  })
  .chain(({ classes, featureSize, seed, parts }) => {
    const count = parts.reduce((sum, part) => sum + part, 0);
    return fc.record({
      classes: fc.constant(classes),
      featureSize: fc.constant(featureSize),
      seed: fc.constant(seed),
      parts: fc.constant(parts),
      labels: fc.array(fc.integer({ min: 0, max: classes - 2 }), { minLength: count, maxLength: count }),
    });
  });

const batchesOf = ({ features, labels }: LabelledFeatures, parts: readonly number[]): LabelledFeatures[] => {
  const ends = parts.map((_, index) => parts.slice(0, index + 1).reduce((sum, part) => sum + part, 0));
  return ends.map((end, index) => ({
    features: features.slice(end - parts[index], end),
    labels: labels.slice(end - parts[index], end),
  }));
};

describe.each(['full', 'diagonal', 'single'] as const)('covariance, %s', (covariance) => {
  it('is the biased covariance of all features of a class so far', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const { classes, featureSize, seed, labels, parts } = stream;
        const data = drawFeatures(labels, featureSize, seed);
        const loss = openLoss(engine, 'eager', isdaOptions(covariance), stream, drawHead(stream, seed), parts);
        for (const batch of batchesOf(data, parts)) loss.step(batch, 0.5);
        const state = loss.state();
        loss.close();
        const rows = covariance === 'single' ? [undefined] : range(classes);
        const expected = rows.map((label) => statisticsOf(data, featureSize, label));
        const kept = expected.flatMap((row) =>
          covariance === 'diagonal'
            ? range(featureSize).map((k) => row.covariance[k * (featureSize + 1)])
            : row.covariance,
        );
        expect([...state.get('loss.count')!]).toEqual(expected.map((row) => row.count));
        expectClose(
          state.get('loss.mean')!,
          expected.flatMap((row) => row.mean),
          'mean',
        );
        // Features are of size 5: the bound is the float32 rounding error of squares of their differences.
        const largest = Math.max(...kept.map(Math.abs));
        const worst = Math.max(...kept.map((value, i) => Math.abs(value - state.get('loss.covariance')![i])));
        expect(worst).toBeLessThan(1e-5 * Math.max(largest, 1));
      }),
      { numRuns: 40, seed: 4 },
    );
  });
});

describe.each([
  ['no more classes than samples', 4],
  ['more classes than samples', 9],
] as const)('classes without samples in the batch, %s', (_, classes) => {
  it.each(['full', 'diagonal'] as const)('keep their statistics bit for bit, %s', (covariance) => {
    const sizes = { classes, featureSize: 3 };
    const loss = openLoss(engine, 'captured', isdaOptions(covariance), sizes, drawHead(sizes, 1), [6]);
    const share = (name: string, label: number): Float32Array => {
      const values = loss.state().get(name)!;
      const row = values.length / classes;
      return values.slice(label * row, (label + 1) * row);
    };
    const names = ['loss.covariance', 'loss.mean', 'loss.count'];
    loss.step(drawFeatures([0, 1, 2, 3, 1, 2], 3, 1), 0.5);
    const before = names.map((name) => [1, 3].map((label) => share(name, label)));
    for (const seed of [2, 3, 4]) loss.step(drawFeatures([0, 2, 2, 0, 0, 2], 3, seed), 0.5);
    expect(names.map((name) => [1, 3].map((label) => share(name, label)))).toEqual(before);
    expect(share('loss.count', 0)[0]).toBe(10);
    loss.close();
  });
});
