import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../../src/common/random.js';
import { createAutoAugment } from '../../../../src/data/augment/autoaugment/autoaugment.js';
import { operations, type OperationKind } from '../../../../src/data/augment/autoaugment/operations.js';
import { cifar10Policy, type Step, type SubPolicy } from '../../../../src/data/augment/autoaugment/policy.js';
import { randomBytes } from '../../helpers.js';

const format = { height: 32, width: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] } as const;
const size = 3072;
// Without black and white, so that autocontrast changes the image; bright enough for every solarize threshold.
const image = randomBytes(size, 4).map((value) => 16 + ((7 * value) >> 3));

/** A hash of an image's bytes: comparing hashes is much faster than comparing bytes. */
const key = (bytes: Uint8Array): number => bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5);

/** Returns the images that a step makes from one, each with its probability. */
function outcomes([probability, name, index]: Step, source: Uint8Array): [Uint8Array, number][] {
  const { create, magnitude, signed }: OperationKind = operations[name];
  const signs = signed ? [1, -1] : [1];
  const changed = signs.map((sign): [Uint8Array, number] => {
    const target = new Uint8Array(size);
    create(format, sign * magnitude(index))(source, 0, target, 0);
    return [target, probability / signs.length];
  });
  return [[source, 1 - probability], ...changed];
}

/** Returns the probability of every image that a policy makes from `image`. */
function distribution(policy: readonly SubPolicy[]): Map<number, number> {
  const result = new Map<number, number>();
  for (const [first, second] of policy) {
    for (const [between, p] of outcomes(first, image)) {
      for (const [last, q] of outcomes(second, between)) {
        if (p * q > 0) result.set(key(last), (result.get(key(last)) ?? 0) + (p * q) / policy.length);
      }
    }
  }
  return result;
}

/** Returns the counts of the results for `draws` images of one epoch. */
function sample(policy: readonly SubPolicy[], draws: number): Map<number, number> {
  const transform = createAutoAugment(policy, format);
  const target = new Uint8Array(size);
  const counts = new Map<number, number>();
  for (let i = 0; i < draws; i++) {
    transform(image, 0, target, 0, randomStream(11, 'augment', 1, i));
    const outcome = key(target);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

function chiSquare(counts: Map<number, number>, probabilities: Map<number, number>, draws: number): number {
  for (const outcome of counts.keys()) expect(probabilities.has(outcome)).toBe(true);
  return [...probabilities].reduce((sum, [outcome, probability]) => {
    const expected = probability * draws;
    return sum + ((counts.get(outcome) ?? 0) - expected) ** 2 / expected;
  }, 0);
}

/** Quantiles of 99.9 % by degrees of freedom. */
const limits = [0, 10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32, 26.12];

describe('createAutoAugment', () => {
  it.each(cifar10Policy.map((subPolicy, index) => ({ number: index + 1, subPolicy })))(
    'applies the operations of sub-policy $number with their probabilities, in their order and with either sign',
    ({ subPolicy }) => {
      const expected = distribution([subPolicy]);
      expect(expected.size).toBeGreaterThan(1);
      expect(chiSquare(sample([subPolicy], 3000), expected, 3000)).toBeLessThan(limits[expected.size - 1]);
    },
  );

  it('chooses each of 25 sub-policies and each sign equally often', () => {
    const always = (name: Step[1], count: number): SubPolicy[] =>
      Array.from({ length: count }, (_, i) => [
        [1, name, i + 1],
        [0, 'invert', 0],
      ]);
    const policy = [...always('translateX', 9), ...always('translateY', 9), ...always('shearX', 7)];
    const expected = distribution(policy);
    expect(expected.size).toBe(50);
    const statistic = chiSquare(sample(policy, 20_000), expected, 20_000);
    // 49 degrees of freedom: between these bounds with a probability of 99.8 %.
    expect(statistic).toBeLessThan(85.4);
    expect(statistic).toBeGreaterThan(24);
  });

  it('makes an image a function of its random stream and writes nothing beside it', () => {
    const transform = createAutoAugment(cifar10Policy, format);
    const make = (index: number) => {
      const target = new Uint8Array(size + 9).fill(77);
      transform(image, 0, target, 4, randomStream(1, 'augment', 1, index));
      expect([...target.slice(0, 4), ...target.slice(4 + size)].join()).toBe('77,77,77,77,77,77,77,77,77');
      return key(target);
    };
    const before = key(image);
    const first = Array.from({ length: 200 }, (_, index) => make(index));
    const again = Array.from({ length: 200 }, (_, index) => make(199 - index)).reverse();
    expect(again).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(25);
    expect(key(image)).toBe(before);
  });
});
