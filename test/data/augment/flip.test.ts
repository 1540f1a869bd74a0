import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/common/random.js';
import { createFlip, createMirror } from '../../../src/data/augment/flip.js';
import { randomBytes } from '../helpers.js';

const sides = fc.record({
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(),
});

describe('flip', () => {
  it('mirrors columns, keeps rows and channels, and twice is the identity', () => {
    fc.assert(
      fc.property(sides, fc.nat(5), ({ height, width, seed }, offset) => {
        const size = height * width * 3;
        const image = randomBytes(size, seed);
        const mirror = createMirror({ height, width, channels: 3 });
        const once = new Uint8Array(size + 2 * offset);
        mirror(image, 0, once, offset);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            for (let c = 0; c < 3; c++) {
              expect(once[offset + (y * width + x) * 3 + c]).toBe(image[(y * width + width - 1 - x) * 3 + c]);
            }
          }
        }
        const twice = new Uint8Array(size);
        mirror(once, offset, twice, 0);
        expect(twice).toEqual(image);
      }),
    );
  });

  it('happens to half of the images, and leaves the others as they are', () => {
    const format = { height: 1, width: 2, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] } as const;
    const flip = createFlip(format);
    const image = Uint8Array.from([1, 2, 3, 4, 5, 6]);
    const target = new Uint8Array(6);
    const draws = 20_000;
    let flipped = 0;
    for (let i = 0; i < draws; i++) {
      flip(image, 0, target, 0, randomStream(3, 'augment', 1, i));
      if (target[0] === 4) flipped++;
      expect([...target]).toEqual(target[0] === 4 ? [4, 5, 6, 1, 2, 3] : [1, 2, 3, 4, 5, 6]);
    }
    // Chi-square with one degree of freedom, 99.9 %.
    expect(((flipped - draws / 2) ** 2 / (draws / 2)) * 2).toBeLessThan(10.83);
  });
});
