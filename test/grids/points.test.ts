// The points of sweeps: lists in order, values as YAML, random draws that are repeatable and in range.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultLambdas,
  expectationAt,
  listPoints,
  overridesOf,
  parseChoice,
  parseRange,
  parseValues,
  pointsOf,
  randomPoints,
  type Dimension,
  type SweepPoint,
} from '../../src/grids/points.js';
import { choosePoint, measuredPoints } from '../../src/grids/sweep.js';
import { someConfig } from '../support/cells.js';

describe('listPoints', () => {
  it('puts numbers in ascending order, names them, and leaves other values as they are', () => {
    expect(listPoints('loss.lambda0', [1, 0.25, 0], 'x').map(({ name, settings }) => [name, settings])).toEqual([
      ['lambda0-0', { 'loss.lambda0': 0 }],
      ['lambda0-0.25', { 'loss.lambda0': 0.25 }],
      ['lambda0-1', { 'loss.lambda0': 1 }],
    ]);
    const losses = parseValues('{name: lq}, {name: lq, q: 0.7}', '--values');
    expect(listPoints('loss', losses, 'x').map(({ name }) => name)).toEqual(['loss-name-lq', 'loss-name-lq-q-0.7']);
  });
  it('gives values whose names would be equal names of their own', () => {
    const names = listPoints('a', ['x y', 'x/y', '//'], 'x').map(({ name }) => name);
    expect(names).toEqual(['a-x-y', 'a-x-y-2', 'a-value']);
  });
  it('refuses an empty list with what is expected, and a value twice', () => {
    const refused = { message: 'cannot sweep loss.lambda0: there are no values', kind: 'usage' };
    const expected = expectationAt('loss.lambda0', someConfig('a'))!;
    expect(() => listPoints('loss.lambda0', [], expected)).toThrow(
      expect.objectContaining({
        ...refused,
        hint: 'expected a number of at least 0, at least once, as in --values A,B,C',
      }),
    );
    expect(() => listPoints('a', [0.1, 0.5, 0.1], expected)).toThrow('cannot sweep a: the value 0.1 is given twice');
  });
});

describe('parseValues', () => {
  it.each([
    ['0.1,0.25', [0.1, 0.25]],
    ['true, text', [true, 'text']],
    ['[30, 45],[40]', [[30, 45], [40]]],
    ['{name: focal, gamma: 2}', [{ name: 'focal', gamma: 2 }]],
    ['', []],
  ])('%s', (text, values) => expect(parseValues(text, '--values')).toEqual(values));
  it('refuses what is no list, with its place', () => {
    expect(() => parseValues('[1', '--values')).toThrow(/^cannot use --values \[1: /);
  });
});

it('overridesOf writes what --set takes', () => {
  expect(overridesOf({ 'a.b': 0.1, loss: { name: 'lq' } })).toEqual(['a.b=0.1', 'loss={"name":"lq"}']);
});

it("defaultLambdas are the paper's, by data set", () => {
  expect(defaultLambdas('cifar100')).toEqual([0.1, 0.25, 0.5, 0.75, 1]);
  expect(defaultLambdas('imagenet')).toEqual([1, 2.5, 5, 7.5, 10]);
});

describe('parseRange and parseChoice', () => {
  it('read what they are written for', () => {
    expect(parseRange('a.b=log:1e-3..0.5')).toEqual({ key: 'a.b', kind: 'range', low: 0.001, high: 0.5, log: true });
    expect(parseRange('a=-1..1')).toEqual({ key: 'a', kind: 'range', low: -1, high: 1, log: false });
    expect(parseChoice('a=1,x')).toEqual({ key: 'a', kind: 'choice', values: [1, 'x'] });
  });
  it.each([
    ['a=1', 'expected KEY=LOW..HIGH or KEY=log:LOW..HIGH'],
    ['a=2..1', 'LOW must be below HIGH'],
    ['a=1..1', 'LOW must be below HIGH'],
    ['a=log:0..1', 'a logarithmic range begins above 0'],
  ])('refuse --range %s', (text, reason) => {
    expect(() => parseRange(text)).toThrow(`cannot use --range ${text}: ${reason}`);
  });
  it.each(['a', 'a=', '=1'])('refuse --choice %s', (text) => {
    expect(() => parseChoice(text)).toThrow(`cannot use --choice ${text}: expected KEY=A,B,C`);
  });
});

describe('pointsOf and randomPoints', () => {
  const integer = (key: string): boolean => key === 'n';
  /** The first draws, with duplicates. */
  const draws = (dimensions: readonly Dimension[], count: number, seed: number, isInteger: typeof integer) =>
    Array.from({ length: count }, (_, trial) => pointsOf(dimensions, seed, isInteger)(trial));

  it('stay in their range, integers whole, and a longer search begins as a shorter one', () => {
    const ends = fc.tuple(
      fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
      fc.double({ min: 1.001, max: 1e3, noNaN: true }),
    );
    fc.assert(
      fc.property(ends, fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 20 }), ([low, factor], log, seed, count) => {
        const high = low * factor;
        const dimensions = [
          { key: 'x', kind: 'range', low, high, log },
          { key: 'n', kind: 'range', low: 2, high: 5, log: false },
          { key: 'c', kind: 'choice', values: ['p', 'q'] },
        ] as const;
        const points = draws(dimensions, count + 3, seed, integer);
        expect(draws(dimensions, count, seed, integer)).toEqual(points.slice(0, count));
        for (const { settings } of points) {
          expect(settings['x']).toBeGreaterThanOrEqual(low);
          expect(settings['x']).toBeLessThanOrEqual(high);
          expect([2, 3, 4, 5]).toContain(settings['n']);
          expect(['p', 'q']).toContain(settings['c']);
        }
      }),
    );
  });
  it('are spread evenly, in the logarithm where that is asked for', () => {
    const range = { key: 'x', kind: 'range', low: 0.01, high: 1 } as const;
    const below = (log: boolean): number =>
      draws([{ ...range, log }], 2000, 1, integer).filter(({ settings }) => Number(settings['x']) < 0.1).length;
    // Half of the logarithmic and a tenth (1/11) of the even draws, within four standard deviations.
    expect(Math.abs(below(true) - 1000)).toBeLessThan(90);
    expect(Math.abs(below(false) - 182)).toBeLessThan(52);
  });
  it('are spread evenly in the logarithm for whole numbers too, and reach both ends', () => {
    const range = { key: 'n', kind: 'range', low: 1, high: 1024, log: true } as const;
    const drawn = draws([range], 4000, 1, integer).map(({ settings }) => Number(settings['n']));
    expect(drawn.every((value) => Number.isInteger(value) && value >= 1 && value <= 1024)).toBe(true);
    // P(n <= 32) = log(32.5 / 0.5) / log(1024.5 / 0.5) = 0.547; four standard deviations are 0.0315.
    expect(Math.abs(drawn.filter((value) => value <= 32).length / 4000 - 0.547)).toBeLessThan(0.032);
    expect(Math.min(...drawn)).toBe(1);
    // P(n = 1024) is 1 in 7800, so the upper end is tested with a short range.
    const short = draws([{ ...range, high: 4 }], 400, 1, integer).map(({ settings }) => settings['n']);
    expect(new Set(short)).toEqual(new Set([1, 2, 3, 4]));
  });
  it('are distinct: the first ones that are drawn, all where there are no more', () => {
    const few = [parseChoice('a=1,2'), parseChoice('c=x,y,x')];
    const drawn = draws(few, 4, 1, integer);
    const all = randomPoints(few, 10, 1, integer);
    const text = ({ settings }: SweepPoint): string => JSON.stringify(settings);
    expect(all.map(text).sort()).toEqual(
      ['{"a":1,"c":"x"}', '{"a":1,"c":"y"}', '{"a":2,"c":"x"}', '{"a":2,"c":"y"}'], // prettier-ignore
    );
    // Each point keeps the name of its draw, so that its run is found in stores of earlier searches.
    expect(all[0]).toEqual(drawn[0]);
    for (const point of all) expect(drawn.find(({ name }) => name === point.name) ?? point).toEqual(point);
    expect(randomPoints(few, 3, 1, integer)).toEqual(all.slice(0, 3));
    const range = [{ key: 'x', kind: 'range', low: 0.01, high: 1, log: true }] as const;
    expect(randomPoints(range, 20, 3, integer)).toEqual(draws(range, 20, 3, integer));
  });
  it('refuse nothing to draw from, and a key twice', () => {
    expect(() => randomPoints([], 3, 1, integer)).toThrow(
      'cannot search at random: there is no --range and no --choice',
    );
    const twice = [parseRange('a=0..1'), parseChoice('a=1')];
    expect(() => randomPoints(twice, 3, 1, integer)).toThrow('cannot search at random: a is named twice');
  });
});

describe('choosePoint', () => {
  const points = listPoints('loss.lambda0', [0.1, 0.5, 1], 'x');
  const measured = (means: readonly (number | undefined)[]) =>
    measuredPoints(
      points,
      means.map((mean, index) => ({
        row: points[index].name,
        seeds: mean === undefined ? [] : [1],
        asked: 1,
        ...(mean === undefined ? {} : { last10: { mean } }),
      })),
    );
  it.each([
    [[8, 7, 9], 'lambda0-0.5'],
    [[7, 7, 7], 'lambda0-0.1'],
    // The mean of the same ten errors, summed in another order.
    [[31, 30.550000000000004, 30.55], 'lambda0-0.5'],
    [[undefined, 7, 7], 'lambda0-0.5'],
    [[9, 8, undefined], 'lambda0-0.5'],
    [[undefined, undefined, undefined], undefined],
  ])('of errors %j it is %s', (means, name) => expect(choosePoint(measured(means))?.name).toBe(name));

  it('is none whose mean lacks the run of a seed', () => {
    const [low, ...others] = measured([6, 7, 8]);
    const partial = { ...low, outcome: { ...low.outcome, asked: 2 } };
    expect(choosePoint([partial, ...others])?.name).toBe('lambda0-0.5');
    expect(choosePoint([partial])).toBeUndefined();
  });
});

it.each(['&a 1,2', '!x 1', '*a', '1,2\n3', '1 # 2'])(
  'refuses the values %j, of which YAML would drop a part',
  (text) => {
    expect(() => parseValues(text, '--values')).toThrow('cannot use --values');
  },
);
