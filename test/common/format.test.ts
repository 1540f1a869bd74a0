// Numbers as texts for users.
import { expect, it } from 'vitest';
import { meanOf } from '../../src/common/statistics/samples.js';
import { percentText, significant, twoDecimals } from '../../src/common/format.js';

it('twoDecimals rounds halves up, whatever the last bits of a sum are', () => {
  // The test errors of ten epochs, with the sum 637.15: in float64, their mean is slightly less than 63.715.
  const errors = [63.78, 63.7, 63.74, 63.75, 63.69, 63.73, 63.73, 63.7, 63.68, 63.65];
  expect(meanOf(errors)).toBeCloseTo(63.715, 10);
  expect(twoDecimals(meanOf(errors))).toBe('63.72');
  expect([62.105, 63.415, 0.004999999999999999, 22.395].map(twoDecimals)).toEqual(['62.11', '63.42', '0.01', '22.40']);
  expect([-0.125, -62.105].map(twoDecimals)).toEqual(['-0.13', '-62.11']);
});

it('twoDecimals leaves all else, and gives zero no sign', () => {
  expect([62.1049, 0.00499, 100, 7].map(twoDecimals)).toEqual(['62.10', '0.00', '100.00', '7.00']);
  expect([0, -0, -0.004].map(twoDecimals)).toEqual(['0.00', '0.00', '0.00']);
});

it('significant has no exponent for large numbers', () => {
  const numbers = [0.05, 12.34, 999.4, 999.9, 1234.5, -2345.6];
  expect(numbers.map((value) => significant(value, 3))).toEqual(['0.0500', '12.3', '999', '1000', '1235', '-2346']);
});

it('percentText shows no last bits, and makes no fraction nothing or everything', () => {
  const texts = {
    '7 %': 0.07,
    '29 %': 0.29,
    '57 %': 0.57,
    '12.5 %': 1 / 8,
    '33.3 %': 1 / 3,
    '66.7 %': 2 / 3,
    '10 %': 0.1,
  };
  expect(Object.values(texts).map(percentText)).toEqual(Object.keys(texts));
  expect([0.0005, 1e-9, 0.9995, 0.999999].map(percentText)).toEqual(['0.05 %', '0.0000001 %', '99.95 %', '99.9999 %']);
  for (let count = 1; count < 1000; count++)
    expect(percentText(count / 1000)).toBe(`${Number((count / 10).toFixed(1))} %`);
});
