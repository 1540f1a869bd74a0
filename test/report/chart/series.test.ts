// Thinning leaves out only what a screen cannot show.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  averageNotes,
  bounded,
  evaluatedEpochsNotes,
  thinned,
  withoutCrowdedBands,
  type Series,
  type Point,
} from '../../../src/report/chart/series.js';

const curve = fc
  .array(fc.tuple(fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })), { minLength: 1 })
  .map((points): Point[] => points.sort(([a], [b]) => a - b)); // prettier-ignore

test('keeps both ends, the order, and each bucket’s least and greatest', () => {
  fc.assert(
    fc.property(curve, (points) => {
      const kept = thinned(points);
      expect(kept[0]).toBe(points[0]);
      expect(kept.at(-1)).toBe(points.at(-1));
      const places = kept.map((point) => points.indexOf(point));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      for (const [x, y] of points) {
        const beside = kept.filter(([other]) => Math.floor(other / 2) === Math.floor(x / 2)).map((point) => point[1]);
        expect(Math.min(...beside)).toBeLessThanOrEqual(y);
        expect(Math.max(...beside)).toBeGreaterThanOrEqual(y);
      }
    }),
  );
});

test('a line is bounded at the points where it crosses the bounds', () => {
  const line = [[0, 0], [10, 1000], [20, -1000], [30, 4]] as const; // prettier-ignore
  const xs = [0, 0.1, 10, 14.95, 15.05, 20, 20 + 9900 / 1004, 30];
  const found = bounded(line, -10, 10);
  expect(found.map(([, y]) => y)).toEqual([0, 10, 10, 10, -10, -10, -10, 4]);
  found.forEach(([x], index) => expect(x).toBeCloseTo(xs[index], 10));
  fc.assert(fc.property(curve, (points) => void expect(bounded(points, -9, 9)).toEqual(points)));
});

test('a hundred thousand points become as many as 500 pixels can show', () => {
  const many = Array.from({ length: 100_000 }, (_, index): Point => [index / 200, Math.sin(index)]);
  expect(thinned(many).length).toBeLessThanOrEqual(502);
});

test('bands are left out where more than six would cover one another', () => {
  const band = [0, 1].map((x) => ({ x, low: 0, high: 1 }));
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ label: `${index}`, points: [], band }));
  expect(withoutCrowdedBands(many(6))).toEqual(many(6));
  expect(withoutCrowdedBands(many(7)).flatMap((series) => series.band ?? [])).toEqual([]);
});

test('says that bands are left out only where they would cover one another', () => {
  const series = (points: number): Series => {
    const band = Array.from({ length: points }, (_, x) => ({ x, low: 0, high: 1 }));
    return { label: `${points}`, points: [], band };
  };
  const notes = (all: readonly Series[], drawn = withoutCrowdedBands(all)) => averageNotes(all, drawn);
  // A single run, also beside others that are not complete, and several seeds of a single epoch.
  expect(notes([series(0)])).toEqual([]);
  expect(notes([series(0), series(1)])).toEqual(['Lines: mean over the seeds.']);
  const ranges = { ...series(2), bandOf: 'range' } as const;
  const deviations = '± sample standard deviation';
  const bands = (...all: Series[]) => notes(all)[0].replace(/^.*Bands: /, '');
  expect(notes([series(0), series(2)])).toEqual([`Lines: mean over the seeds. Bands: ${deviations}.`]);
  expect(bands(series(0), ranges)).toBe('from one seed to the other.');
  expect(bands(ranges, series(2))).toBe(`${deviations} (of two seeds: from one to the other).`);
  // A band of one point is not drawn.
  expect(bands({ ...series(1), bandOf: 'range' }, series(2))).toBe(`${deviations}.`);
  // One of two panels has too many.
  const many = Array<Series>(7).fill(series(2));
  expect(notes([series(2), ...many], [series(2), ...withoutCrowdedBands(many)])).toEqual([
    'Lines: mean over the seeds. Bands: ± sample standard deviation. They are left out where more than 6 would overlap.',
  ]);
  expect(notes(many)).toEqual([
    'Lines: mean over the seeds. The spread over the seeds is not shown: too many bands would overlap.',
  ]);
});

test('says how far apart the evaluated epochs are, where some are left out', () => {
  const over = (...epochs: readonly number[]) => ({ label: 'a', points: epochs.map((epoch): Point => [epoch, 1]) });
  expect(evaluatedEpochsNotes([over(1, 2, 3), over(5)])).toEqual([]);
  expect(evaluatedEpochsNotes([over(1, 2, 3), over(1, 20, 40, 41)])).toEqual([
    'Lines connect the evaluated epochs, which are up to 20 apart.',
  ]);
});
