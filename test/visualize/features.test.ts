// Covariances, directions, Fréchet distance and neighbours of feature vectors, compared with SciPy.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/common/random.js';
import {
  drawAround,
  estimateCovariance,
  movedAlong,
  principalDirections,
  type CovarianceKind,
} from '../../src/visualize/covariance.js';
import { frechetDistance, momentsOf } from '../../src/visualize/frechet.js';
import { nearestFeatures } from '../../src/visualize/neighbours.js';

interface Case {
  readonly size: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly distance: number;
  readonly biasedCovariance: readonly number[];
  readonly eigenvalues: readonly number[];
}
const fixture = new URL('../fixtures/frechet.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { readonly cases: readonly Case[] };

describe.each(cases)('features of $size numbers', ({ size, a, b, distance, biasedCovariance, eigenvalues }) => {
  const features = Float32Array.from(a);
  const count = features.length / size;
  const labels = new Int32Array(count);
  const relative = (value: number, expected: number): number => Math.abs(value - expected) / (1 + Math.abs(expected));

  it("are at SciPy's Fréchet distance", () => {
    const [one, other] = [momentsOf(features, size), momentsOf(Float32Array.from(b), size)];
    expect(relative(frechetDistance(one, other), distance)).toBeLessThan(1e-9);
    expect(relative(frechetDistance(other, one), distance)).toBeLessThan(1e-9);
    expect(frechetDistance(one, one)).toBeCloseTo(0, 9);
  });

  it("have SciPy's covariance and variances along its directions", () => {
    const covariance = estimateCovariance('full', features, labels, 1);
    covariance.values.forEach((value, i) => expect(relative(value, biasedCovariance[i])).toBeLessThan(1e-12));
    const { variances, directions } = principalDirections(covariance, 0);
    variances.forEach((value, i) => expect(relative(value, eigenvalues[i])).toBeLessThan(1e-10));
    directions.forEach((one, k) =>
      directions.forEach((other, l) => {
        const product = one.reduce((sum, value, i) => sum + value * other[i], 0);
        expect(product).toBeCloseTo(k === l ? 1 : 0, 10);
      }),
    );
  });
});

it('refuses the Fréchet distance of a single image', () => {
  expect(() => momentsOf(Float32Array.of(1, 2), 2)).toThrow(
    'cannot measure the Fréchet distance: there are 1 images, at least 2 are needed',
  );
});

describe('the kinds of covariance', () => {
  const features = Float32Array.of(0, 0, 2, 4, 10, 10, 10, 14);
  const labels = Int32Array.of(0, 0, 1, 1);
  it.each<[CovarianceKind, readonly number[]]>([
    ['full', [1, 2, 2, 4, 0, 0, 0, 4]],
    ['diagonal', [1, 4, 0, 4]],
    ['single', [20.75, 23.5, 23.5, 29]],
    ['identity', []],
  ])('%s', (kind, expected) => {
    expect([...estimateCovariance(kind, features, labels, 2).values]).toEqual(expected);
  });

  it.each<[CovarianceKind, number, readonly number[]]>([
    ['full', 0, [5, 0]],
    ['full', 1, [4, 0]],
    ['diagonal', 0, [4, 1]],
    ['identity', 1, [1, 1]],
  ])('%s of class %i has its directions by variance', (kind, label, expected) => {
    const { variances, directions } = principalDirections(estimateCovariance(kind, features, labels, 2), label);
    variances.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 12));
    if (kind === 'diagonal') expect(directions.map((vector) => [...vector])).toEqual([[0, 1], [1, 0]]); // prettier-ignore
    if (kind === 'full' && label === 0) {
      expect(Math.abs(directions[0][0])).toBeCloseTo(Math.sqrt(0.2), 12);
      expect(Math.abs(directions[0][1])).toBeCloseTo(Math.sqrt(0.8), 12);
    }
  });

  it('says nothing of a class without features', () => {
    const { variances } = principalDirections(estimateCovariance('full', features, labels, 3), 2);
    expect(variances).toEqual([0, 0]);
  });
});

describe('draws around a feature', () => {
  const size = 3;
  const random = randomStream(1, 'draws');
  const features = Float32Array.from({ length: 40 * size }, () => random.normal());
  const covariance = estimateCovariance('full', features, new Int32Array(40), 1);
  const directions = principalDirections(covariance, 0);
  const centre = [1, 2, 3];

  it('have the mean a and the covariance lambda Sigma', () => {
    const draws = 40_000;
    const drawn = Float32Array.from(
      Array.from({ length: draws }, () => [...drawAround(centre, directions, 0.25, random)]).flat(),
    );
    const { mean, covariance: found } = momentsOf(drawn, size);
    mean.forEach((value, i) => expect(Math.abs(value - centre[i])).toBeLessThan(0.02));
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        expect(Math.abs(found.get(i, j) - 0.25 * covariance.values[i * size + j])).toBeLessThan(0.02);
      }
    }
  });

  it('are the feature itself where lambda is 0', () => {
    expect([...drawAround(centre, directions, 0, random)]).toEqual(centre);
  });

  it('move along one direction by standard deviations', () => {
    const moved = movedAlong(centre, directions, 1, -2);
    const length = Math.hypot(...moved.map((value, i) => value - centre[i]));
    expect(length).toBeCloseTo(2 * Math.sqrt(directions.variances[1]), 5);
  });
});

it('the nearest features come nearest first', () => {
  const among = Float32Array.of(0, 0, 3, 4, 1, 0, 0, 1, 9, 9);
  expect(nearestFeatures(Float32Array.of(0, 0, 9, 8), among, 2, 3)).toEqual([
    [
      { index: 0, distance: 0 },
      { index: 2, distance: 1 },
      { index: 3, distance: 1 },
    ],
    [
      { index: 4, distance: 1 },
      { index: 1, distance: Math.sqrt(52) },
      { index: 2, distance: Math.sqrt(128) },
    ],
  ]);
  const random = randomStream(2, 'neighbours');
  const [few, many] = [4, 50].map((count) => Float32Array.from({ length: count * 3 }, () => random.normal()));
  const found = nearestFeatures(few, many, 3, 5).map((row) => row.map(({ index }) => index));
  const sorted = Array.from({ length: 4 }, (_, n) => {
    const squares = Array.from({ length: 50 }, (_, m) =>
      [0, 1, 2].reduce((sum, i) => sum + (few[3 * n + i] - many[3 * m + i]) ** 2, 0),
    );
    return [...squares.keys()].sort((a, b) => squares[a] - squares[b]).slice(0, 5);
  });
  expect(found).toEqual(sorted);
});
