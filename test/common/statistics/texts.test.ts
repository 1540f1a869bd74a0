// Statistics as texts.
import { expect, it } from 'vitest';
import {
  formatInterval,
  formatP,
  formatPaired,
  formatSigned,
  formatSpread,
} from '../../../src/common/statistics/texts.js';

it('spreads and intervals', () => {
  expect([{ mean: 6.234, std: 0.106 }, { mean: 6 }, undefined].map((spread) => formatSpread(spread))).toEqual([
    '6.23 ± 0.11',
    '6.00',
    '-',
  ]);
  expect([formatInterval({ low: 1, high: 2.345 }, 2), formatInterval(undefined, 1), formatInterval(undefined, 0)]).toEqual(['1.00 to 2.35', 'n = 1', '-']); // prettier-ignore
});

it('no zero has a sign', () => {
  expect(formatInterval({ low: -0.0001, high: 0.27 }, 3)).toBe('0.00 to 0.27');
  expect(formatSpread({ mean: -0.004, std: 0 })).toBe('0.00 ± 0.00');
});

it('differences', () => {
  expect([0.124, -0.3, -0.001].map(formatSigned)).toEqual(['+0.12', '-0.30', '0.00']);
  expect(formatPaired({ pairs: 3, mean: -0.3, interval: { low: -0.62, high: 0.02 } })).toBe('-0.30 [-0.62, +0.02]');
  expect(formatPaired({ pairs: 1, mean: -0.3 })).toBe('-0.30 (n = 1)');
  expect(formatPaired(undefined)).toBe('-');
  // Losses, whose differences two decimals would show as 0.
  expect(formatSpread({ mean: 0.93149, std: 0.0042 }, 3)).toBe('0.931 ± 0.004');
  const paired = { pairs: 3, mean: -0.00141, interval: { low: -0.0572, high: 0.0004 } };
  expect(formatPaired(paired, 3)).toBe('-0.001 [-0.057, 0.000]');
});

it('probabilities', () => {
  expect([0.0004, 0.0123, 0.456, 1].map(formatP)).toEqual(['<0.001', '0.012', '0.46', '1.00']);
});
