import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/common/random.js';
import { createCutout, createHole, holeColour } from '../../../src/data/augment/cutout.js';
import { randomBytes } from '../helpers.js';

const formatOf = (height: number, width: number) =>
  ({ height, width, channels: 3, mean: [125.3, 123, 113.9], std: [63, 62.1, 66.7] }) as const;

const cases = fc
  .record({ height: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 12 }) })
  .chain(({ height, width }) =>
    fc.record({
      height: fc.constant(height),
      width: fc.constant(width),
      row: fc.nat(height - 1),
      column: fc.nat(width - 1),
      length: fc.integer({ min: 1, max: 30 }),
      fill: fc.constantFrom('mean' as const, 'black' as const),
      before: fc.nat(7),
      after: fc.nat(7),
      seed: fc.nat(),
    }),
  );

describe('cutout', () => {
  it('fills the square around the centre and nothing else', () => {
    fc.assert(
      fc.property(cases, ({ height, width, row, column, length, fill, before, after, seed }) => {
        const bytes = height * width * 3;
        const source = randomBytes(before + bytes + after, seed);
        const target = new Uint8Array(after + bytes + before).fill(77);
        createHole({ length, fill }, formatOf(height, width))(source, before, target, after, row, column);
        const expected = source.slice(before, before + bytes);
        for (let y = row - Math.floor(length / 2); y < row + Math.ceil(length / 2); y++) {
          for (let x = column - Math.floor(length / 2); x < column + Math.ceil(length / 2); x++) {
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            expected.set(fill === 'mean' ? [125, 123, 114] : [0, 0, 0], 3 * (y * width + x));
          }
        }
        expect(target.slice(after, after + bytes)).toEqual(expected);
        expect([...target.slice(0, after), ...target.slice(after + bytes)].every((value) => value === 77)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is 16 x 16 in the middle, and 8 x 8 with its centre in a corner', () => {
    const areaAt = (row: number, column: number) => {
      const target = new Uint8Array(3072);
      const hole = createHole({ length: 16, fill: 'black' }, formatOf(32, 32));
      hole(new Uint8Array(3072).fill(9), 0, target, 0, row, column);
      return target.filter((value) => value === 0).length / 3;
    };
    expect([areaAt(16, 16), areaAt(0, 0), areaAt(31, 31), areaAt(0, 16)]).toEqual([256, 64, 81, 128]);
  });

  it('fills with what is 0 after normalization, but for half a level', () => {
    const { mean, std } = formatOf(32, 32);
    const left = [...holeColour('mean', { mean })].map((level, channel) => (level - mean[channel]) / std[channel]);
    left.forEach((value, channel) => expect(Math.abs(value)).toBeLessThanOrEqual(0.5 / std[channel]));
    expect(left.map((value) => Number(value.toFixed(4)))).toEqual([-0.0048, 0, 0.0015]);
  });

  it('has its centre uniformly on all pixels, in every image', () => {
    const cutout = createCutout({ length: 1, fill: 'black' }, formatOf(32, 32));
    const source = new Uint8Array(3072).fill(9);
    const target = new Uint8Array(3072);
    const counts = new Float64Array(1024);
    const draws = 40 * 1024;
    for (let i = 0; i < draws; i++) {
      cutout(source, 0, target, 0, randomStream(7, 'augment', 1, i));
      counts[target.indexOf(0) / 3]++;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 40) ** 2 / 40, 0);
    // 1023 degrees of freedom: between these bounds with a probability of 99.8 %.
    expect(chiSquare).toBeLessThan(1168);
    expect(chiSquare).toBeGreaterThan(889);
    expect(counts.reduce((sum, count) => sum + count)).toBe(draws);
  });
});

it('refuses a hole larger than the image', () => {
  const create = (length: number) => () => createCutout({ length, fill: 'mean' }, formatOf(8, 12));
  expect(create(8)).not.toThrow();
  expect(create(9)).toThrow('cutout.length 9 exceeds the image size of 8 x 12 pixels');
});
