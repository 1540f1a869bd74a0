// The running covariance equals the covariance of all features so far, in any order and partition.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { range, total } from '../../support/grid.js';
import {
  draw,
  drawFeatures,
  drawHead,
  isdaOptions,
  openLoss,
  statisticsOf,
  type Covariance,
  type LabelledFeatures,
} from './support.js';

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
  it.each(['full', 'diagonal', 'sketch'] as const)('keep their statistics bit for bit, %s', (covariance) => {
    const sizes = { classes, featureSize: 3 };
    const loss = openLoss(engine, 'captured', isdaOptions(covariance), sizes, drawHead(sizes, 1), [6]);
    const share = (name: string, label: number): Float32Array => {
      const values = loss.state().get(name)!;
      const row = values.length / classes;
      return values.slice(label * row, (label + 1) * row);
    };
    const names = ['covariance', 'mean', 'count', ...(covariance === 'sketch' ? ['sketch'] : [])].map(
      (name) => `loss.${name}`,
    );
    loss.step(drawFeatures([0, 1, 2, 3, 1, 2], 3, 1), 0.5);
    const before = names.map((name) => [1, 3].map((label) => share(name, label)));
    for (const seed of [2, 3, 4]) loss.step(drawFeatures([0, 2, 2, 0, 0, 2], 3, seed), 0.5);
    expect(names.map((name) => [1, 3].map((label) => share(name, label)))).toEqual(before);
    expect(share('loss.count', 0)[0]).toBe(10);
    loss.close();
  });
});

/** Statistics of many samples; `covariance` is row-major. */
interface Gathered {
  readonly count: number;
  readonly mean: readonly number[];
  readonly covariance: readonly number[];
}

/** The statistics after more samples: moments about the old mean, so that nothing cancels in float64. */
function gatheredAfter(before: Gathered, samples: readonly (readonly number[])[]): Gathered {
  if (samples.length === 0) return before;
  const { count, mean, covariance } = before;
  const size = mean.length;
  const all = count + samples.length;
  const moved = range(size).map((k) => total(samples.map((x) => x[k] - mean[k])) / all);
  return {
    count: all,
    mean: mean.map((value, k) => value + moved[k]),
    covariance: covariance.map((value, at) => {
      const [j, k] = [Math.floor(at / size), at % size];
      const added = total(samples.map((x) => (x[j] - mean[j]) * (x[k] - mean[k])));
      return (count * value + added) / all - moved[j] * moved[k];
    }),
  };
}

/** What the loss keeps of a covariance; `omega`: the directions [A, r] of a sketch. */
function keptOf(covariance: readonly number[], form: Covariance, size: number, omega: ArrayLike<number>): number[][] {
  const variances = range(size).map((k) => covariance[k * (size + 1)]);
  if (form === 'diagonal') return [variances];
  if (form !== 'sketch') return [[...covariance]];
  const rank = omega.length / size;
  const sketch = range(size * rank).map((at) =>
    total(range(size).map((k) => covariance[Math.floor(at / rank) * size + k] * omega[k * rank + (at % rank)])),
  );
  return [variances, sketch];
}

// A class of CIFAR-10 has 5000 images in each of 160 epochs.
describe.each(['full', 'diagonal', 'single', 'sketch'] as const)('after many samples, %s', (form) => {
  it.each([
    ['no more classes than samples', [0, 1, 1, 0, 1, 1]],
    ['more classes than samples', [1, 0]],
  ] as const)('a batch counts by its share of all of them, %s', (_, labels) => {
    const size = 3;
    const sizes = { classes: 3, featureSize: size };
    const start = (form === 'single' ? [400_000] : [400_000, 300_000, 0]).map((count, row): Gathered => {
      const factor = draw(size * size, 'many', row);
      const product = (j: number, k: number) =>
        total(range(size).map((i) => factor[j * size + i] * factor[k * size + i]));
      const matrix = range(size * size).map((at) => Math.fround(product(Math.floor(at / size), at % size)));
      if (count === 0) return { count, mean: [0, 0, 0], covariance: matrix.map(() => 0) };
      return { count, mean: draw(size, 'mean', row).map((value) => 2 * value), covariance: matrix };
    });
    const loss = openLoss(engine, 'captured', isdaOptions(form, 2), sizes, drawHead(sizes, 1), [labels.length]);
    const omega = loss.state().get('loss.projection') ?? [];
    const kept = (rows: readonly Gathered[]): number[][] =>
      rows
        .map(({ covariance }) => keptOf(covariance, form, size, omega))
        .reduce((all, own) => all.map((values, at) => [...values, ...own[at]]));
    const names = ['loss.covariance', 'loss.sketch'].slice(0, form === 'sketch' ? 2 : 1);
    loss.load(
      new Map([
        ['loss.count', Float32Array.from(start, ({ count }) => count)],
        ['loss.mean', Float32Array.from(start.flatMap(({ mean }) => mean))],
        ...names.map((name, at) => [name, Float32Array.from(kept(start)[at])] as const),
      ]),
    );
    const before = loss.state();
    const data = drawFeatures(labels, size, 3);
    loss.step(data, 0.5);
    const after = loss.state();
    loss.close();
    const own = (row: number) => data.features.filter((__, i) => form === 'single' || labels[i] === row);
    const expected = start.map((row, label) => gatheredAfter(row, own(label)));
    expect([...after.get('loss.count')!]).toEqual(expected.map(({ count }) => count));
    // The changes are a thousandth of the values or less: compared with the rounding of float32 as the bound.
    const expectChange = (name: string, wanted: readonly number[]): void => {
      const old = before.get(name)!;
      const bound = 2 ** -22 * Math.max(...Array.from(old, Math.abs));
      expect(Math.max(...wanted.map((value, i) => Math.abs(value - old[i]))), name).toBeGreaterThan(20 * bound);
      wanted.forEach((value, i) => expect(Math.abs(after.get(name)![i] - value), `${name} ${i}`).toBeLessThan(bound));
    };
    expectChange('loss.mean', expected.flatMap(({ mean }) => mean)); // prettier-ignore
    names.forEach((name, at) => expectChange(name, kept(expected)[at]));
  });
});
