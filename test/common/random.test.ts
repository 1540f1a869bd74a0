// Random streams: they depend only on their key; uniform and normal numbers; permutations.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, permutation, randomStream } from '../../src/common/random.js';
import { total } from '../support/grid.js';

const chiSquare = (tally: readonly number[], count: number): number => {
  const expected = count / tally.length;
  return total(tally.map((found) => (found - expected) ** 2 / expected));
};

/** Bounds exceeded with a probability of about 1e-4, for the given degrees of freedom (Wilson and Hilferty). */
function expectChiSquare(value: number, freedom: number): void {
  const deviation = Math.sqrt(2 / (9 * freedom));
  const z = (Math.cbrt(value / freedom) - (1 - deviation ** 2)) / deviation;
  expect(Math.abs(z)).toBeLessThan(4);
}

describe('randomStream', () => {
  it('is a function of its key', () => {
    const draw = (...key: (number | string)[]): number[] => {
      const random = randomStream(...key);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(draw(1, 'order', 2)).toEqual(draw(1, 'order', 2));
    const keys = [
      [1, 'order', 2],
      [1, 'order', 3],
      [2, 'order', 2],
      [1, 'ordes', 2],
      [1, 2],
      [2, 1],
      ['12'],
      ['1', '2'],
    ];
    const firsts = keys.map((key) => draw(...key).join());
    expect(new Set(firsts).size).toBe(keys.length);
    expect(new Set(draw(1, 'order', 2)).size).toBe(8);
  });

  it('is uniform, in each stream and over the first numbers of many', () => {
    const [count, bins] = [50_000, 50];
    const one = randomStream(1, 'one');
    for (const next of [() => one.uniform(), (index: number) => randomStream(3, 'augment', 1, index).uniform()]) {
      const tally = new Array<number>(bins).fill(0);
      for (let index = 0; index < count; index++) {
        const value = next(index);
        expect(value >= 0 && value < 1).toBe(true);
        tally[Math.floor(value * bins)] += 1;
      }
      expectChiSquare(chiSquare(tally, count), bins - 1);
    }
  });

  it.each([2, 3, 9, 10, 100])('gives integers below %i evenly', (bound) => {
    const random = randomStream(4, 'integer', bound);
    const tally = new Array<number>(bound).fill(0);
    const count = 1000 * bound;
    for (let index = 0; index < count; index++) tally[random.integer(bound)] += 1;
    expect(total(tally)).toBe(count);
    expectChiSquare(chiSquare(tally, count), bound - 1);
  });

  it('has no modulo bias at bounds near 2^32', () => {
    // Two thirds of 2^32: with a plain remainder, the lower half would be twice as likely.
    const bound = Math.floor((2 / 3) * 2 ** 32);
    const random = randomStream(5);
    const low = Array.from({ length: 10_000 }, () => random.integer(bound)).filter((value) => value < bound / 2);
    expect(Math.abs(low.length - 5000)).toBeLessThan(200);
  });

  it('is normal', () => {
    const random = randomStream(6, 'normal');
    const count = 40_000;
    const values = Array.from({ length: count }, () => random.normal());
    const moment = (power: number): number => total(values.map((x) => x ** power)) / count;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
    const pairs = total(values.slice(1).map((x, i) => x * values[i])) / count;
    expect(Math.abs(pairs)).toBeLessThan(4 / Math.sqrt(count));
  });
});

describe('permutation', () => {
  it('holds every position once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer(), (count, seed) => {
        const order = permutation(count, randomStream(seed));
        expect([...order].sort((x, y) => x - y)).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
      { seed: 1 },
    );
  });

  it('gives all orders evenly', () => {
    const tally = new Map<string, number>();
    const count = 24_000;
    for (let seed = 0; seed < count; seed++) {
      const order = permutation(4, randomStream(seed, 'order')).join();
      tally.set(order, (tally.get(order) ?? 0) + 1);
    }
    expect(tally.size).toBe(24);
    expectChiSquare(chiSquare([...tally.values()], count), 23);
  });
});

describe('hashKey', () => {
  it('tells keys apart', () => {
    const hashes = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      for (let index = 0; index < 500; index++) hashes.add(hashKey(seed, 'augment', index));
    }
    // 10000 keys in 2^32: 0.01 collisions are expected.
    expect(hashes.size).toBeGreaterThanOrEqual(9999);
  });

  it('uses every bit of large and negative numbers', () => {
    const keys = [0, 1, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER];
    expect(new Set(keys.map((key) => hashKey(key))).size).toBe(keys.length);
  });
});
