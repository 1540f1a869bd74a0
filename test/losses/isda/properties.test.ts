// Properties of ISDA for any features: lambda 0, permuted classes, more classes than samples, shared covariance.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { range } from '../../support/grid.js';
import { executions } from '../../support/run-once.js';
import { covariances, drawFeatures, drawHead, isdaOptions, openLoss, type Sizes } from './support.js';

const engine = testEngine();

interface Batch extends Sizes {
  readonly labels: readonly number[];
  readonly seed: number;
}

const batches: fc.Arbitrary<Batch> = fc
  .record({
    classes: fc.integer({ min: 2, max: 7 }),
    featureSize: fc.integer({ min: 1, max: 6 }),
    samples: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  })
  .chain(({ classes, featureSize, samples, seed }) =>
    fc.record({
      classes: fc.constant(classes),
      featureSize: fc.constant(featureSize),
      seed: fc.constant(seed),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: samples, maxLength: samples }),
    }),
  );

/** The outcome of the second of two steps on the same loss, which starts from a state. */
function secondStep(covariance: (typeof covariances)[number], batch: Batch, lambda: number, execution = executions[1]) {
  const { labels, featureSize, seed } = batch;
  const loss = openLoss(engine, execution, isdaOptions(covariance), batch, drawHead(batch, seed), [labels.length]);
  loss.step(drawFeatures(labels, featureSize, seed), lambda);
  const outcome = loss.step(drawFeatures(labels, featureSize, seed + 1), lambda);
  const state = loss.state();
  loss.close();
  return { outcome, state };
}

function crossEntropy(batch: Batch) {
  const { labels, featureSize, seed } = batch;
  const loss = openLoss(engine, 'eager', { name: 'cross-entropy' }, batch, drawHead(batch, seed), [labels.length]);
  const outcome = loss.step(drawFeatures(labels, featureSize, seed + 1), 0);
  loss.close();
  return outcome;
}

describe.each(covariances)('ISDA, %s', (covariance) => {
  it('equals cross entropy in loss and gradients if lambda is 0', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        expect(secondStep(covariance, batch, 0).outcome).toEqual(crossEntropy(batch));
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('is at least cross entropy if lambda is positive', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const { loss } = secondStep(covariance, batch, 0.7).outcome;
        const [plain] = crossEntropy(batch)['loss'];
        expect(loss[0]).toBeGreaterThanOrEqual(plain * (1 - 1e-5) - 1e-6);
      }),
      { numRuns: 25, seed: 2 },
    );
  });

  it('does not depend on the order of the classes', () => {
    const withOrder = batches.chain((batch) =>
      fc.record({
        batch: fc.constant(batch),
        order: fc.shuffledSubarray(range(batch.classes), { minLength: batch.classes }),
      }),
    );
    fc.assert(
      fc.property(withOrder, ({ batch, order }) => {
        // The same features and weights, with class c renumbered to order[c].
        const { labels, classes, featureSize, seed } = batch;
        const data = drawFeatures(labels, featureSize, seed);
        const head = drawHead(batch, seed);
        const old = range(classes).map((name) => order.indexOf(name));
        const renamed = {
          weight: head.weight.map((_, i) => head.weight[i - (i % classes) + old[i % classes]]),
          bias: old.map((c) => head.bias[c]),
        };
        const [plain, moved] = [
          { head, labels },
          { head: renamed, labels: labels.map((label) => order[label]) },
        ].map((side) => {
          const loss = openLoss(engine, 'eager', isdaOptions(covariance), batch, side.head, [labels.length]);
          const outcome = loss.step({ ...data, labels: side.labels }, 0.8);
          loss.close();
          return outcome;
        });
        expectClose(moved['loss'], plain['loss'], 'loss');
        expectClose(moved['dFeatures'], plain['dFeatures'], 'dFeatures');
        const expected = Array.from(plain['dWeight'], (_, i) => plain['dWeight'][i - (i % classes) + old[i % classes]]);
        expectClose(moved['dWeight'], expected, 'dWeight');
      }),
      { numRuns: 25, seed: 3 },
    );
  });
});

describe.each(['full', 'diagonal'] as const)('more classes than samples, %s', (covariance) => {
  it.each(executions)(
    'gives the same loss and state as the code path for more samples than classes, %s',
    (execution) => {
      // The same batch and state; additional classes without samples select the other code path.
      const labels = [2, 0, 2, 1];
      const [few, many] = [3, 6];
      const featureSize = 5;
      const sizes = { classes: many, featureSize };
      const head = drawHead(sizes, 7);
      // Logits of −30 make the contribution of the additional classes negligible.
      const muted = { ...head, bias: head.bias.map((value, c) => (c < few ? value : -30)) };
      const dense = {
        weight: head.weight.filter((_, i) => i % many < few),
        bias: head.bias.slice(0, few),
      };
      const outcomes = [
        openLoss(engine, execution, isdaOptions(covariance), sizes, muted, [4]),
        openLoss(engine, execution, isdaOptions(covariance), { classes: few, featureSize }, dense, [4]),
      ].map((loss) => {
        loss.step(drawFeatures(labels, featureSize, 1), 0.4);
        const outcome = loss.step(drawFeatures([1, 1, 0, 1], featureSize, 2), 0.4);
        const state = loss.state();
        loss.close();
        return { outcome, state };
      });
      const [slots, plain] = outcomes;
      expectClose(slots.outcome['loss'], plain.outcome['loss'], 'loss');
      expectClose(slots.outcome['dFeatures'], plain.outcome['dFeatures'], 'dFeatures');
      const kept = slots.outcome['dWeight'].filter((_, i) => i % many < few);
      expectClose(kept, plain.outcome['dWeight'], 'dWeight');
      for (const [name, values] of plain.state) {
        const all = slots.state.get(name)!;
        expectClose(all.subarray(0, values.length), values, name);
        expect(
          all.subarray(values.length).every((value) => value === 0),
          name,
        ).toBe(true);
      }
    },
  );
});

describe('ISDA with one covariance for all classes', () => {
  it('has the same state whatever the labels', () => {
    const sizes = { classes: 4, featureSize: 3 };
    const data = drawFeatures([0, 1, 2, 3, 0], 3, 5);
    const states = [data.labels, [3, 3, 3, 3, 3]].map((labels) => {
      const loss = openLoss(engine, 'captured', isdaOptions('single'), sizes, drawHead(sizes, 5), [5]);
      loss.step({ ...data, labels }, 0.5);
      const state = loss.state();
      loss.close();
      return state;
    });
    expect(states[0]).toEqual(states[1]);
  });
});
