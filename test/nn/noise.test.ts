// Shake-Shake's shares: uniform, one an image, drawn apart forward and backward.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { mulScalar, sum } from '../../src/engine/ops/index.js';
import type { HostArray, Shape } from '../../src/engine/types.js';
import { shakeShake } from '../../src/nn/noise.js';
import { testEngine } from '../support/engine.js';
import { executions, filled, runOnce } from '../support/run-once.js';
import { correlation, ksDistance } from '../support/statistics.js';

const engine = testEngine();
const images = 2000;
const shape: Shape = [images, 1, 2, 2];
/** Of the largest distance of 2000 uniform numbers: exceeded once in 10^6 draws. */
const ksBound = Math.sqrt(Math.log(2 / 1e-6) / (2 * images));
/** Of the correlation of 2000 independent pairs: exceeded once in 10^6 draws. */
const correlationBound = 4.9 / Math.sqrt(images);

/** One pass with a = 1 and b = 0: the value is alpha, the gradients are beta and 1 − beta. */
function shares(
  execution: (typeof executions)[number],
  { name = 'block', seed = [3, 7], training = true, random = true } = {},
): Readonly<Record<'alpha' | 'first' | 'second', HostArray>> {
  const leaves = { a: filled(shape, () => 1), b: filled(shape, () => 0) };
  return runOnce(engine, execution, leaves, ({ a, b }, program) => {
    const pass = { program, training, seed: program.constant(Int32Array.from(seed), { dtype: 'int32', shape: [2] }) };
    const alpha = shakeShake(name, a, b, pass, random);
    const [first, second] = gradients(mulScalar(sum(alpha), 3), [a, b]);
    return { alpha, first: mulScalar(first, 1 / 3), second: mulScalar(second, 1 / 3) };
  });
}

/** The number of each image; every element of an image has the same. */
function perImage(values: HostArray): number[] {
  const size = values.length / images;
  return Array.from({ length: images }, (_, image) => {
    const own = [...values.slice(image * size, (image + 1) * size)];
    expect(new Set(own).size).toBe(1);
    return own[0];
  });
}

describe.each(executions)('shakeShake (%s)', (execution) => {
  it('weights each image by a uniform number, and its gradient by another', () => {
    const { alpha, first, second } = shares(execution);
    const forward = perImage(alpha);
    const backward = perImage(first);
    perImage(second).forEach((share, image) => expect(share).toBeCloseTo(1 - backward[image], 5));
    expect(ksDistance(forward)).toBeLessThan(ksBound);
    expect(ksDistance(backward)).toBeLessThan(ksBound);
    expect(Math.abs(correlation(forward, backward))).toBeLessThan(correlationBound);
    expect(Math.abs(correlation(forward.slice(1), forward.slice(0, -1)))).toBeLessThan(correlationBound);
  });

  it('draws the same for the same seed, others for another seed or layer', () => {
    const draw = (options: Parameters<typeof shares>[1]): number[] => perImage(shares(execution, options).alpha);
    const base = draw({});
    expect(draw({})).toEqual(base);
    for (const other of [draw({ seed: [4, 7] }), draw({ seed: [3, 8] }), draw({ name: 'other' })]) {
      expect(Math.abs(correlation(base, other))).toBeLessThan(correlationBound);
    }
  });

  it.each([{ training: false }, { random: false }])('is the mean of both with %o', (options) => {
    const found = shares(execution, options);
    for (const values of Object.values(found)) perImage(values).forEach((value) => expect(value).toBeCloseTo(0.5, 6));
  });
});

describe('the statistics of these tests', () => {
  const uniform = Array.from({ length: images }, (_, i) => (i * 0.6180339887498949) % 1);

  it('notice numbers that are not uniform, or not independent', () => {
    expect(ksDistance(uniform)).toBeLessThan(ksBound);
    expect(ksDistance(uniform.map((u) => u * 0.9))).toBeGreaterThan(ksBound);
    expect(ksDistance(uniform.map((u) => u * u))).toBeGreaterThan(ksBound);
    expect(ksDistance(uniform.map(() => 0.5))).toBeGreaterThan(ksBound);
    expect(correlation(uniform, uniform)).toBeGreaterThan(correlationBound);
  });
});
