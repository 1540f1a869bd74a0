// The sketched covariance: the online update of the full matrix, and a term between the diagonal and the full one.
import fc from 'fast-check';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { mul, sum } from '../../../src/engine/ops/index.js';
import { slotsOf } from '../../../src/losses/isda/slots.js';
import { lowRankTerm } from '../../../src/losses/isda/upper-bound.js';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { range, total } from '../../support/grid.js';
import { executions, filled, openRuns } from '../../support/run-once.js';
import { draw, drawFeatures, drawHead, isdaOptions, openLoss, type LabelledFeatures } from './support.js';

const engine = testEngine();
const sizes = { classes: 5, featureSize: 8 };
const { classes, featureSize } = sizes;
const head = drawHead(sizes, 3);

type Options = ReturnType<typeof isdaOptions>;

const opened = new Map<string, ReturnType<typeof openLoss>>();
afterAll(() => opened.forEach((loss) => loss.close()));

/** The outcome of the last batch and the state after it. Losses with the same options are opened once. */
function run(options: Options, batches: readonly LabelledFeatures[], execution = executions[1], shape = sizes) {
  const counts = [...new Set([...batchSizes, ...batches.map(({ labels }) => labels.length)])];
  const key = JSON.stringify([options, execution, shape, counts]);
  const loss = opened.get(key) ?? openLoss(engine, execution, options, shape, drawHead(shape, 3), counts);
  opened.set(key, loss);
  loss.reset();
  const outcomes = batches.map((batch) => loss.step(batch, 0.7));
  return { outcome: outcomes[outcomes.length - 1], state: loss.state() };
}

const batch = (labels: readonly number[], seed: number, size = featureSize) => drawFeatures(labels, size, seed);
/** Batches with samples of only one class, fewer samples than the rank, and a class that never occurs. */
const batches = [batch([0, 0, 1], 1), batch([2], 2), batch([0, 1, 2, 2, 1, 0, 0], 3), batch([1, 2, 1, 2, 0, 0], 4)];
const batchSizes = batches.map(({ labels }) => labels.length);

/** Sigma Omega of each class, [C, A, r], from whole matrices [C, A, A] and Omega [A, r]. */
function projected(matrices: Float32Array, omega: Float32Array): number[] {
  const rank = omega.length / featureSize;
  return range(classes).flatMap((c) =>
    range(featureSize).flatMap((i) =>
      range(rank).map((k) =>
        total(range(featureSize).map((j) => matrices[(c * featureSize + i) * featureSize + j] * omega[j * rank + k])),
      ),
    ),
  );
}

describe('the sketch', () => {
  it.each(executions)('equals the full covariance times Omega, in any order of batches, %s', (execution) => {
    fc.assert(
      fc.property(fc.shuffledSubarray(batches, { minLength: 1 }), fc.integer({ min: 1, max: 6 }), (order, rank) => {
        const { state } = run(isdaOptions('sketch', rank), order, execution);
        const whole = run(isdaOptions('full'), order, execution).state.get('loss.covariance')!;
        expectClose(state.get('loss.sketch')!, projected(whole, state.get('loss.projection')!), 'sketch');
        const variances = range(classes * featureSize).map(
          (i) => whole[Math.floor(i / featureSize) * featureSize ** 2 + (i % featureSize) * (featureSize + 1)],
        );
        expectClose(state.get('loss.covariance')!, variances, 'variances');
      }),
      { numRuns: 15, seed: 1 },
    );
  });

  it('never changes Omega, whose columns are orthonormal', () => {
    const first = run(isdaOptions('sketch', 3), batches.slice(0, 1)).state.get('loss.projection')!;
    expect(run(isdaOptions('sketch', 3), batches).state.get('loss.projection')).toEqual(first);
    const product = (j: number, k: number) => total(range(featureSize).map((i) => first[i * 3 + j] * first[i * 3 + k]));
    expectClose([product(0, 0), product(0, 1), product(1, 1), product(1, 2)], [1, 0, 1, 0], 'products');
  });
});

describe.each(executions)('the loss of a sketch, %s', (execution) => {
  it.each([featureSize, featureSize + 5])('of rank %i equals the loss with the full covariance', (rank) => {
    range(batches.length).forEach((last) => {
      const seen = batches.slice(0, last + 1);
      const sketch = run(isdaOptions('sketch', rank), seen, execution).outcome;
      const full = run(isdaOptions('full'), seen, execution).outcome;
      for (const name of ['loss', 'dFeatures', 'dWeight', 'dBias']) {
        expectClose(sketch[name], full[name], `${name} after batch ${last + 1}`);
      }
    });
  });

  it('of rank 0 equals the loss with the diagonal covariance bit for bit', () => {
    const sketch = run(isdaOptions('sketch', 0), batches, execution);
    expect(sketch).toEqual(run(isdaOptions('diagonal'), batches, execution));
  });
});

it('is finite from the first sample on, for any rank', () => {
  for (const rank of range(featureSize + 1)) {
    for (const last of range(batches.length)) {
      const { outcome, state } = run(isdaOptions('sketch', rank), batches.slice(0, last + 1));
      const values = [...Object.values(outcome), ...state.values()].flatMap((array) => Array.from(array));
      expect(values.every(Number.isFinite), `rank ${rank}, batch ${last + 1}`).toBe(true);
    }
  }
});

it('approaches the full term as the rank grows, and is closer than the diagonal term from the lowest rank on', () => {
  const spread = { classes: 3, featureSize: 24 };
  const labels = range(60).map((i) => i % 3);
  // Features with few directions and some noise, like those of a trained network.
  const directions = range(4).map((k) => draw(24, 'direction', k));
  const features = labels.map((label, n) => {
    const along = draw(4, 'along', n);
    const noise = draw(24, 'noise', n);
    return range(24).map((i) => label + 0.1 * noise[i] + total(directions.map((d, k) => d[i] * along[k] * 2 ** -k)));
  });
  const outcomeOf = (options: Options) =>
    run(options, [{ features, labels }], executions[1], spread).outcome['loss'][0];
  const full = outcomeOf(isdaOptions('full'));
  const errors = [0, 4, 8, 24].map((rank) => Math.abs(outcomeOf(isdaOptions('sketch', rank)) - full));
  expect(errors[1]).toBeLessThan(errors[0]);
  expect(errors[2]).toBeLessThan(errors[1]);
  expect(errors[3]).toBeLessThan(1e-4 * full);
});

describe.each([
  ['every class has a slot', [0, 1, 2, 3, 4, 0]],
  ['every sample has a slot', [3, 3, 1]],
] as const)('the gradient of the term, %s', (_, labels) => {
  it.each(executions)('agrees with finite differences, %s', (execution) => {
    const slotCount = Math.min(labels.length, classes);
    const shares = filled([labels.length, classes], (i) => Math.sin(i));
    const factor = filled([slotCount, 3, featureSize], (i) => Math.cos(i * 1.7) / 2);
    const negated = filled([slotCount, featureSize], (i) => -1 - Math.sin(i));
    const shape = [featureSize, classes];
    const shapes = { weight: shape, factor: factor.shape, negated: negated.shape, shares: shares.shape };
    const runs = openRuns(engine, execution, shapes, ({ weight: w, factor: b, negated: v, shares: s }, program) => {
      const own = program.constant(Int32Array.from(labels), { dtype: 'int32', shape: [labels.length] });
      const slots = slotsOf(program, own, classes);
      const value = sum(mul(slots.toSamples(lowRankTerm({ factor: b, negatedResidual: v }, w, slots)), s));
      return { value, gradient: gradients(value, [w])[0] };
    });
    onTestFinished(runs.close);
    const evaluate = (weight: readonly number[]) =>
      runs.run({ weight, factor: factor.values, negated: negated.values, shares: shares.values });
    const { gradient } = evaluate(head.weight);
    // The term is quadratic in the weight, so that central differences are exact for any step.
    const numeric = head.weight.map((_, i) => {
      const [up, down] = [0.5, -0.5].map((step) => evaluate(head.weight.map((w, k) => (k === i ? w + step : w))));
      return up['value'][0] - down['value'][0];
    });
    expectClose(gradient, numeric, 'gradient');
  });
});
