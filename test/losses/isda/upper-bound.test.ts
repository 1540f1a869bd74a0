// The upper bound: above a Monte Carlo estimate, equal to that of its definition, computed without large tensors.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { matMul } from '../../../src/engine/ops/index.js';
import { createLoss } from '../../../src/losses/registry.js';
import { slotsOf } from '../../../src/losses/isda/slots.js';
import { diagonalTerm, fullTerm, identityTerm } from '../../../src/losses/isda/upper-bound.js';
import { randomStream } from '../../../src/common/random.js';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { range, total } from '../../support/grid.js';
import { createRecording } from '../../support/recording-program.js';
import { executions, filled, runOnce } from '../../support/run-once.js';
import { covariances, drawFeatures, drawHead, isdaOptions, openLoss, type Covariance, type Head } from './support.js';

const engine = testEngine();
const sizes = { classes: 4, featureSize: 3 };
const labels = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3];
const { classes, featureSize } = sizes;

/** Lower triangular L with L L^T = matrix. */
function cholesky(matrix: ArrayLike<number>): number[] {
  const l = new Array<number>(featureSize * featureSize).fill(0);
  for (let i = 0; i < featureSize; i++) {
    for (let j = 0; j <= i; j++) {
      const rest =
        matrix[i * featureSize + j] - total(range(j).map((k) => l[i * featureSize + k] * l[j * featureSize + k]));
      l[i * featureSize + j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / l[j * featureSize + j];
    }
  }
  return l;
}

function crossEntropyOf(features: readonly number[], label: number, { weight, bias }: Head): number {
  const logits = bias.map((b, c) => b + total(features.map((x, k) => x * weight[k * classes + c])));
  const highest = Math.max(...logits);
  return highest + Math.log(total(logits.map((z) => Math.exp(z - highest)))) - logits[label];
}

/** The covariance of class `label` in each form, row-major. */
function covarianceOf(form: Covariance, state: ReadonlyMap<string, Float32Array>, label: number): number[] {
  const kept = state.get('loss.covariance');
  const whole = featureSize * featureSize;
  const identity = range(whole).map((i) => (i % (featureSize + 1) === 0 ? 1 : 0));
  if (form === 'identity') return identity;
  if (form === 'sketch') return unprojected(state, label);
  if (form === 'diagonal') return identity.map((one, i) => one * kept![label * featureSize + (i % featureSize)]);
  return Array.from(
    kept!.slice(form === 'single' ? 0 : label * whole, form === 'single' ? whole : (label + 1) * whole),
  );
}

/** Sigma = Y Omega^T, since Omega is orthogonal if the rank is the number of features. */
function unprojected(state: ReadonlyMap<string, Float32Array>, label: number): number[] {
  const [sketch, omega] = [state.get('loss.sketch')!, state.get('loss.projection')!];
  const indices = range(featureSize);
  return indices.flatMap((i) =>
    indices.map((j) =>
      total(indices.map((k) => sketch[(label * featureSize + i) * featureSize + k] * omega[j * featureSize + k])),
    ),
  );
}

/** The mean of values and its standard error. */
function meanAndError(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = total(values) / values.length;
  return { mean, error: Math.sqrt(total(values.map((value) => (value - mean) ** 2))) / values.length };
}

/**
 * The bound, the cross entropy without noise, and estimates over sampled features a ± sqrt(lambda) L e: of the expected
 * cross entropy, and of the logarithm of the expected sum of exp(z_j − z_y), which the bound is (paper, Eq. 4).
 */
function monteCarlo(form: Covariance, lambda: number, pairs: number) {
  const data = drawFeatures(labels, featureSize, 11);
  const head = drawHead(sizes, 11);
  const loss = openLoss(engine, 'eager', isdaOptions(form), sizes, head, [labels.length]);
  const [bound] = loss.step(data, lambda)['loss'];
  const state = loss.state();
  loss.close();
  const random = randomStream('monte carlo', form);
  const factors = range(classes).map((label) => cholesky(covarianceOf(form, state, label)));
  const estimates = labels.map((label, sample) => {
    const values = range(pairs).map(() => {
      const noise = range(featureSize).map(() => Math.sqrt(lambda) * random.normal());
      const shift = range(featureSize).map((k) => total(noise.map((e, j) => factors[label][k * featureSize + j] * e)));
      return [1, -1].map((sign) => {
        const moved = data.features[sample].map((x, k) => x + sign * shift[k]);
        return crossEntropyOf(moved, label, head);
      });
    });
    const sums = meanAndError(values.map(([up, down]) => (Math.exp(up) + Math.exp(down)) / 2));
    return {
      expected: meanAndError(values.map(([up, down]) => (up + down) / 2)),
      inside: { mean: Math.log(sums.mean), error: sums.error / sums.mean },
    };
  });
  const average = (part: 'expected' | 'inside') => ({
    mean: total(estimates.map((each) => each[part].mean)) / labels.length,
    error: Math.sqrt(total(estimates.map((each) => each[part].error ** 2))) / labels.length,
  });
  const plain = total(labels.map((label, n) => crossEntropyOf(data.features[n], label, head))) / labels.length;
  return { bound, plain, expected: average('expected'), inside: average('inside') };
}

describe.each(covariances)('the bound, %s', (form) => {
  it('is at least the expected cross entropy over sampled features', () => {
    const { bound, plain, expected } = monteCarlo(form, 0.5, 2000);
    expect(bound).toBeGreaterThan(expected.mean - 4 * expected.error);
    expect(expected.mean).toBeGreaterThan(plain + 4 * expected.error);
  });

  it('is the logarithm of the expected sum over the classes', () => {
    const { bound, plain, inside } = monteCarlo(form, 0.1, 2000);
    expect(inside.error).toBeLessThan((bound - plain) / 40);
    expect(Math.abs(bound - inside.mean)).toBeLessThan(4 * inside.error);
  });
});

describe.each(executions)('the term of the own class, %s', (execution) => {
  it.each([
    ['every class has a slot', labels],
    ['every sample has a slot', [2, 0]],
  ] as const)('is 0, %s', (_, chosen) => {
    const count = chosen.length;
    const rows = Math.min(count, classes);
    const head = drawHead(sizes, 3);
    const leaves = {
      weight: { shape: [featureSize, classes], values: head.weight },
      variances: filled([rows, featureSize], (i) => 0.3 + (i % 5)),
      matrices: filled([rows, featureSize, featureSize], (i) => (i % (featureSize * featureSize)) * 0.37 + 0.1),
    };
    const found = runOnce(engine, execution, leaves, ({ weight, variances, matrices }, program) => {
      const own = program.constant(Int32Array.from(chosen), { dtype: 'int32', shape: [count] });
      const slots = slotsOf(program, own, classes);
      return {
        full: slots.toSamples(fullTerm(matrices, weight, slots)),
        diagonal: slots.toSamples(diagonalTerm(variances, weight, slots)),
        identity: identityTerm(weight),
      };
    });
    chosen.forEach((label, n) => {
      expect(found['full'][n * classes + label]).toBe(0);
      expect(Math.abs(found['diagonal'][n * classes + label])).toBeLessThan(1e-5);
      expect(found['identity'][label * classes + label]).toBe(0);
    });
  });

  it('has the value of its definition for the other classes', () => {
    const head = drawHead(sizes, 3);
    const matrix = [2, 0.5, 0.1, 0.5, 1, -0.3, 0.1, -0.3, 3];
    const leaves = {
      weight: { shape: [featureSize, classes], values: head.weight },
      matrices: { shape: [classes, featureSize, featureSize], values: range(classes).flatMap(() => matrix) },
    };
    const found = runOnce(engine, execution, leaves, ({ weight, matrices }, program) => {
      const own = program.constant(Int32Array.from(labels), { dtype: 'int32', shape: [labels.length] });
      const slots = slotsOf(program, own, classes);
      return { term: slots.toSamples(fullTerm(matrices, weight, slots)) };
    });
    const expected = labels.flatMap((label) =>
      range(classes).map((c) => {
        const v = range(featureSize).map((k) => head.weight[k * classes + c] - head.weight[k * classes + label]);
        return total(v.flatMap((x, j) => v.map((y, k) => x * matrix[j * featureSize + k] * y)));
      }),
    );
    expectClose(found['term'], expected, 'term');
  });
});

describe('the recorded operations', () => {
  const record = (form: Covariance, samples: number, classes: number, features: number) => {
    const recording = createRecording();
    const { program, operations, input } = recording;
    // A rank that differs from all other extents.
    const options = form === 'sketch' ? isdaOptions(form, 3) : isdaOptions(form);
    const loss = createLoss(options, { classes, featureSize: features });
    const x = input({ dtype: 'float32', shape: [samples, features] }, true);
    const weight = input({ dtype: 'float32', shape: [features, classes] }, true);
    const own = input({ dtype: 'int32', shape: [samples] });
    const lambda = input({ dtype: 'float32', shape: [] });
    const seed = input({ dtype: 'int32', shape: [2] });
    const inputs = { program, features: x, logits: matMul(x, weight), labels: own, weight, seed, scalars: { lambda } };
    gradients(loss.compute(inputs), [x, weight]);
    return operations.flatMap(({ outputs }) => outputs.map((shape) => [...shape]));
  };
  const sorted = (shape: readonly number[]): string => [...shape].sort((a, b) => a - b).join();

  it.each([
    ['more samples than classes', 13, 5, 7],
    ['more classes than samples', 5, 13, 7],
  ] as const)('no tensor has samples or slots and two more large extents, forwards or backwards, %s', (_, n, c, a) => {
    const slots = Math.min(n, c);
    for (const form of covariances) {
      const shapes = record(form, n, c, a);
      expect(shapes.length).toBeGreaterThan(10);
      const found = new Set(shapes.map(sorted));
      expect(found, form).not.toContain(sorted([n, c, c]));
      expect(found, form).not.toContain(sorted([slots, c, c]));
      if (slots !== n) expect(found, form).not.toContain(sorted([n, a, a]));
      if (form === 'full') {
        // One matrix per slot, summed from weighted deviations [slots, n, a].
        expect(found).toContain(sorted([slots, a, a]));
        continue;
      }
      expect(found, form).not.toContain(sorted([n, c, a]));
      expect(found, form).not.toContain(sorted([slots, c, a]));
      if (form === 'diagonal') expect(Math.max(...shapes.map((shape) => shape.length))).toBe(2);
    }
  });

  it.each([
    [13, 5],
    [5, 13],
  ])('the diagonal term of %i samples and %i classes takes three matrix products', (samples, classes) => {
    const { program, operations, input } = createRecording();
    const slots = slotsOf(program, input({ dtype: 'int32', shape: [samples] }), classes);
    const variances = input({ dtype: 'float32', shape: [Math.min(samples, classes), 7] });
    const before = operations.length;
    const term = slots.toSamples(diagonalTerm(variances, input({ dtype: 'float32', shape: [7, classes] }), slots));
    expect(term.shape).toEqual([samples, classes]);
    const products = operations.slice(before).filter(({ operation }) => operation.includes('MatMul'));
    expect(products).toHaveLength(3);
  });
});
