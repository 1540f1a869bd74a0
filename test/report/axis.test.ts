import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundAxis } from '../../src/report/axis.js';

test.each([
  [0, 100, ['0', '20', '40', '60', '80', '100']],
  [18.3, 91.7, ['0', '20', '40', '60', '80', '100']],
  [0.001, 0.1, ['0.00', '0.02', '0.04', '0.06', '0.08', '0.10']],
  [27.05, 27.31, ['27.05', '27.10', '27.15', '27.20', '27.25', '27.30', '27.35']],
  [-3, 4, ['-4', '-2', '0', '2', '4']],
  [5, 5, ['4.4', '4.6', '4.8', '5.0', '5.2', '5.4', '5.6']],
  // The mean of three errors of 0.1.
  [0.1, 0.10000000000000002, ['0.090', '0.095', '0.100', '0.105', '0.110']],
  [1e30, 3.5e30, ['1e+30', '1.5e+30', '2e+30', '2.5e+30', '3e+30', '3.5e+30']],
  [0, 0, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
])('from %d to %d', (low, high, labels) => {
  expect(roundAxis(low, high).labels).toEqual(labels);
});

test('whole numbers only', () => {
  expect(roundAxis(0, 3, { whole: true, intervals: 8 }).labels).toEqual(['0', '1', '2', '3']);
  expect(roundAxis(0, 240, { whole: true, intervals: 8 }).labels).toEqual(['0', '50', '100', '150', '200', '250']);
  expect(roundAxis(7, 7, { whole: true }).labels).toEqual(['6', '7', '8']);
});

test('encloses any data with equally spaced ticks and distinct labels', () => {
  const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(value, fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (low, span) => {
      const high = low + Math.max(span, Math.abs(low) * 1e-6);
      const axis = roundAxis(low, high);
      const slack = (axis.high - axis.low) * 1e-6;
      expect(axis.low).toBeLessThanOrEqual(low + slack);
      expect(axis.high).toBeGreaterThanOrEqual(high - slack);
      expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
      expect(axis.ticks.length).toBeLessThanOrEqual(8);
      expect(new Set(axis.labels).size).toBe(axis.labels.length);
      axis.labels.forEach((label, index) => expect(Number(label)).toBe(axis.ticks[index]));
    }),
    { numRuns: 300 },
  );
});
