// Initial values: each depends only on the seed and the tensor's name.
import { describe, expect, it } from 'vitest';
import { declare, filledWith, initialValues, normal, uniformWithin } from '../../src/nn/tensors.js';
import { total } from '../support/grid.js';

const a = declare('a', 'parameter', [50, 200], normal(0.5));
const b = declare('b', 'parameter', [50, 200], normal(0.5));
const c = declare('c', 'state', [100, 100], uniformWithin(2));
const d = declare('d', 'statistic', [3], filledWith(1.5));

const moment = (values: Float32Array, power: number): number =>
  total(Array.from(values, (x) => x ** power)) / values.length;

describe('initialValues', () => {
  it('depend on name and seed, not on the other tensors', () => {
    const all = initialValues([a, b, c, d], 7);
    const turned = initialValues([d, c, a], 7);
    for (const name of ['a', 'c', 'd']) expect(turned.get(name)).toEqual(all.get(name));
    expect(all.get('a')).not.toEqual(all.get('b'));
    expect(initialValues([a], 8).get('a')).not.toEqual(all.get('a'));
    const renamed = initialValues([{ ...b, name: 'a' }], 7).get('a');
    expect(renamed).toEqual(all.get('a'));
  });

  it('have the moments of their distribution', () => {
    const values = initialValues([a, c, d], 3);
    const [gaussian, uniform] = [values.get('a')!, values.get('c')!];
    // 10000 values each: four standard errors.
    expect(Math.abs(moment(gaussian, 1))).toBeLessThan(0.02);
    expect(Math.abs(moment(gaussian, 2) - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / 10_000));
    expect(Math.abs(moment(gaussian, 4) / (3 * 0.0625) - 1)).toBeLessThan(4 * Math.sqrt(96 / 9 / 10_000));
    expect(Math.abs(moment(uniform, 1))).toBeLessThan(4 * (2 / Math.sqrt(3)) * 0.01);
    expect(Math.abs(moment(uniform, 2) - 4 / 3)).toBeLessThan(0.05);
    expect(uniform.every((x) => Math.abs(x) <= 2)).toBe(true);
    expect(values.get('d')).toEqual(Float32Array.of(1.5, 1.5, 1.5));
  });

  it('only parameters are trainable', () => {
    expect([a, b, c, d].map(({ trainable }) => trainable)).toEqual([true, true, false, false]);
  });
});

it('names the tensor whose values cannot be filled in', () => {
  const own = declare('own.scale', 'parameter', [2], () => {
    throw new RangeError('no values');
  });
  expect(() => initialValues([own], 1)).toThrow(
    expect.objectContaining({ message: 'cannot initialize own.scale: no values', code: 'module/unusable' }) as Error,
  );
});
