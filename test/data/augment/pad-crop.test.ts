import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/common/random.js';
import { createCrop, createPadCrop, type PadCropOptions } from '../../../src/data/augment/pad-crop.js';
import { randomBytes } from '../helpers.js';

const formatOf = (height: number, width: number) =>
  ({ height, width, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] }) as const;

/** The definition, pixel by pixel: pad like numpy.pad(mode='reflect' or 'constant'), then crop. */
function reference(
  image: Uint8Array,
  height: number,
  width: number,
  options: PadCropOptions,
  top: number,
  left: number,
) {
  const mirror = (position: number, side: number): number =>
    position < 0 ? -position : position >= side ? 2 * side - 2 - position : position;
  const result: number[] = [];
  for (let y = top - options.padding; y < top - options.padding + height; y++) {
    for (let x = left - options.padding; x < left - options.padding + width; x++) {
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      for (let c = 0; c < 3; c++) {
        const value = image[(mirror(y, height) * width + mirror(x, width)) * 3 + c];
        result.push(inside || options.mode === 'reflect' ? value : 0);
      }
    }
  }
  return Uint8Array.from(result);
}

const cases = fc
  .record({
    height: fc.integer({ min: 2, max: 12 }),
    width: fc.integer({ min: 2, max: 12 }),
    mode: fc.constantFrom('reflect' as const, 'zero' as const),
    seed: fc.nat(),
  })
  .chain((size) => {
    const most = size.mode === 'zero' ? 16 : Math.min(size.height, size.width) - 1;
    return fc.integer({ min: 1, max: most }).chain((padding) =>
      fc.record({
        size: fc.constant(size),
        padding: fc.constant(padding),
        top: fc.nat(2 * padding),
        left: fc.nat(2 * padding),
        before: fc.nat(7),
        after: fc.nat(7),
      }),
    );
  });

describe('pad and crop', () => {
  it('equals the definition and writes nothing beside the image', () => {
    fc.assert(
      fc.property(cases, ({ size: { height, width, mode, seed }, padding, top, left, before, after }) => {
        const bytes = height * width * 3;
        const source = randomBytes(before + bytes + after, seed);
        const target = new Uint8Array(after + bytes + before).fill(77);
        createCrop({ padding, mode }, formatOf(height, width))(source, before, target, after, top, left);
        const image = source.slice(before, before + bytes);
        const expected = reference(image, height, width, { padding, mode }, top, left);
        expect(target.slice(after, after + bytes)).toEqual(expected);
        expect([...target.slice(0, after), ...target.slice(after + bytes)].every((value) => value === 77)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('has worked examples: one row', () => {
    const row = [10, 20, 30].flatMap((value) => [value, value, value]);
    const image = Uint8Array.from([...row, ...row, ...row]);
    const cropped = (mode: 'reflect' | 'zero', left: number) => {
      const target = new Uint8Array(27);
      createCrop({ padding: 2, mode }, formatOf(3, 3))(image, 0, target, 0, 2, left);
      return [target[9], target[12], target[15]];
    };
    expect(cropped('reflect', 0)).toEqual([30, 20, 10]);
    expect(cropped('reflect', 1)).toEqual([20, 10, 20]);
    expect(cropped('reflect', 4)).toEqual([30, 20, 10]);
    expect(cropped('zero', 1)).toEqual([0, 10, 20]);
    expect(cropped('zero', 4)).toEqual([30, 0, 0]);
  });

  it('draws offsets uniformly and independently from all (2p + 1)^2', () => {
    const format = formatOf(9, 9);
    const source = new Uint8Array(243);
    // Each pixel encodes its position, so that the crop's centre gives the offset.
    for (let i = 0; i < 81; i++) source.set([Math.floor(i / 9) + 1, (i % 9) + 1, 0], i * 3);
    const transform = createPadCrop({ padding: 4, mode: 'zero' }, format);
    const target = new Uint8Array(243);
    const counts = new Float64Array(81);
    const draws = 81 * 400;
    for (let i = 0; i < draws; i++) {
      transform(source, 0, target, 0, randomStream(5, 'augment', 1, i));
      counts[(target[120] - 1) * 9 + target[121] - 1]++;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0);
    // 80 degrees of freedom: below 124.8 with a probability of 99.9 %; a value near 0 would be equally suspicious.
    expect(chiSquare).toBeLessThan(124.8);
    expect(chiSquare).toBeGreaterThan(46.5);
  });

  it('refuses a reflection wider than the image', () => {
    expect(() => createCrop({ padding: 4, mode: 'reflect' }, formatOf(8, 4))).toThrow(
      'cannot pad images: padding 4 cannot be reflected in 8 x 4 pixels',
    );
    expect(() => createCrop({ padding: 4, mode: 'zero' }, formatOf(8, 4))).not.toThrow();
  });
});
