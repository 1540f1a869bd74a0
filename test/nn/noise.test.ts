// Shake-Shake and ShakeDrop: their numbers are uniform, one per image, and independent forward and backward.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { mulScalar, sum } from '../../src/engine/ops/index.js';
import type { HostArray, Shape } from '../../src/engine/types.js';
import { shakeDrop, shakeShake } from '../../src/nn/noise.js';
import { testEngine } from '../support/engine.js';
import { executions, filled, runOnce } from '../support/run-once.js';
import { correlation, ksDistance } from '../support/statistics.js';

const engine = testEngine();
const images = 2000;
const shape: Shape = [images, 1, 2, 2];
/** Bound of the Kolmogorov-Smirnov distance of 2000 uniform numbers, exceeded once in 10^6 draws. */
const ksBound = Math.sqrt(Math.log(2 / 1e-6) / (2 * images));
/** Bound of the correlation of 2000 independent pairs, exceeded once in 10^6 draws. */
const correlationBound = 4.9 / Math.sqrt(images);

type Execution = (typeof executions)[number];
interface Draw {
  readonly name?: string;
  readonly seed?: readonly [number, number];
  readonly training?: boolean;
  readonly weights?: 'random' | 'fixed';
}

/** One pass with a = 1 and b = 0: the value is alpha, the gradients are beta and 1 − beta. */
function shares(execution: Execution, draw: Draw = {}): Readonly<Record<string, HostArray>> {
  const { name = 'block', seed = [3, 7], training = true, weights = 'random' } = draw;
  const leaves = { a: filled(shape, () => 1), b: filled(shape, () => 0) };
  return runOnce(engine, execution, leaves, ({ a, b }, program) => {
    const pass = { program, training, seed: program.constant(Int32Array.from(seed), { dtype: 'int32', shape: [2] }) };
    const alpha = shakeShake(name, a, b, pass, weights);
    const [first, second] = gradients(mulScalar(sum(alpha), 3), [a, b]);
    return { alpha, first: mulScalar(first, 1 / 3), second: mulScalar(second, 1 / 3) };
  });
}

/** Returns the number of each image, which all of its elements must have. */
function perImage(values: HostArray, count = images): number[] {
  const size = values.length / count;
  return Array.from({ length: count }, (_, image) => {
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
    const draw = (options: Draw): number[] => perImage(shares(execution, options).alpha);
    const base = draw({});
    expect(draw({})).toEqual(base);
    for (const other of [draw({ seed: [4, 7] }), draw({ seed: [3, 8] }), draw({ name: 'other' })]) {
      expect(Math.abs(correlation(base, other))).toBeLessThan(correlationBound);
    }
  });

  it.each<Draw>([{ training: false }, { weights: 'fixed' }])('is the mean of both with %o', (options) => {
    const found = shares(execution, options);
    for (const values of Object.values(found)) perImage(values).forEach((value) => expect(value).toBeCloseTo(0.5, 6));
  });
});

interface Drop {
  readonly name: string;
  readonly seed: readonly [number, number];
}

/**
 * ShakeDrop for x = 1, once for each of `drops`: the factors of the images forward (alpha or 1) and backward (beta or
 * 1).
 */
function factors(execution: Execution, closed: number, drops: readonly Drop[], count: number, training = true) {
  const leaves = Object.fromEntries(drops.map((_, index) => [`x${index}`, filled([count, 1, 2, 2], () => 1)]));
  const found = runOnce(engine, execution, leaves, (xs, program) =>
    Object.fromEntries(
      drops.flatMap(({ name, seed }, index) => {
        const x = xs[`x${index}`];
        const pass = {
          program,
          training,
          seed: program.constant(Int32Array.from(seed), { dtype: 'int32', shape: [2] }),
        };
        const value = shakeDrop(name, closed).apply(x, pass);
        const [gradient] = gradients(mulScalar(sum(value), 4), [x]);
        return [
          [`forward${index}`, value],
          [`backward${index}`, mulScalar(gradient, 1 / 4)],
        ];
      }),
    ),
  );
  return drops.map((_, index) => ({
    forward: perImage(found[`forward${index}`], count),
    backward: perImage(found[`backward${index}`], count),
  }));
}

describe.each(executions)('shakeDrop (%s)', (execution) => {
  const one: readonly Drop[] = [{ name: 'block', seed: [3, 7] }];

  it('closed, multiplies each image by a number of (−1, 1), and its gradient by another of (0, 1)', () => {
    const [{ forward, backward }] = factors(execution, 1, one, images);
    expect(ksDistance(forward.map((alpha) => (alpha + 1) / 2))).toBeLessThan(ksBound);
    expect(ksDistance(backward)).toBeLessThan(ksBound);
    expect(Math.abs(correlation(forward, backward))).toBeLessThan(correlationBound);
  });

  it('open, changes nothing', () => {
    const [{ forward, backward }] = factors(execution, 0, one, images);
    expect(new Set([...forward, ...backward])).toEqual(new Set([1]));
  });

  it('in evaluation, multiplies by the probability to be open', () => {
    const [{ forward }] = factors(execution, 0.3, one, images, false);
    forward.forEach((factor) => expect(factor).toBeCloseTo(0.7, 6));
  });

  const draws = Array.from({ length: 400 }, (_, index) => index);
  it.each<[string, (index: number) => Drop]>([
    ['layers', (index) => ({ name: `block${index}`, seed: [3, 7] })],
    ['steps', (index) => ({ name: 'block', seed: [3, index] })],
  ])('closes with its probability, all images at once, forward and backward alike, over %s', (_, drop) => {
    const found = factors(execution, 0.3, draws.map(drop), 3);
    const isOpen = ({ forward, backward }: (typeof found)[number]): boolean => {
      const states = new Set([...forward, ...backward].map((factor) => factor === 1));
      expect(states.size).toBe(1);
      return states.has(true);
    };
    const share = found.filter((each) => !isOpen(each)).length / draws.length;
    expect(Math.abs(share - 0.3)).toBeLessThan(4.9 * Math.sqrt((0.3 * 0.7) / draws.length));
  });
});

describe('the statistics of these tests', () => {
  const even = Array.from({ length: images }, (_, i) => (i * 0.6180339887498949) % 1);

  it('notice numbers that are not uniform, or not independent', () => {
    expect(ksDistance(even)).toBeLessThan(ksBound);
    expect(ksDistance(even.map((u) => u * 0.9))).toBeGreaterThan(ksBound);
    expect(ksDistance(even.map((u) => u * u))).toBeGreaterThan(ksBound);
    expect(ksDistance(even.map(() => 0.5))).toBeGreaterThan(ksBound);
    expect(correlation(even, even)).toBeGreaterThan(correlationBound);
  });
});
