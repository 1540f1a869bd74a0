// The numbers of real and synthetic images in the batches of an epoch.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endlessOrder, epochBatches } from '../../src/data/batches.js';

describe('epochBatches', () => {
  it('is 107 real and 21 synthetic images of a batch of 128, and the same proportion of the last', () => {
    const batches = epochBatches({ count: 50_000 + 9000, synthetic: { count: 9000, fraction: 0.1667 } }, 128);
    const last = { real: 50_000 - 467 * 107, synthetic: 6 };
    expect(batches).toEqual({ batches: 468, full: { real: 107, synthetic: 21 }, last, sizes: [128, 37] });
  });

  it('is whole batches of real images where there are no synthetic ones', () => {
    const full = { real: 128, synthetic: 0 };
    expect(epochBatches({ count: 50_000 }, 128)).toEqual({
      batches: 391,
      full,
      last: { real: 80, synthetic: 0 },
      sizes: [128, 80],
    });
    expect(epochBatches({ count: 256 }, 128)).toEqual({ batches: 2, full, last: full, sizes: [128] });
    expect(epochBatches({ count: 5 }, 128).sizes).toEqual([5]);
    expect(epochBatches({ count: 0 }, 128)).toMatchObject({ batches: 0, sizes: [] });
  });

  it('has every real image once, and no batch above its size or without a real image', () => {
    const fraction = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    const count = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 64 }), fraction, (count, batchSize, fraction) => {
        const { batches, full, last } = epochBatches(
          { count: count + 9, synthetic: { count: 9, fraction } },
          batchSize,
        );
        expect((batches - 1) * full.real + last.real).toBe(count);
        expect(full.real + full.synthetic).toBe(batchSize);
        expect(last.real + last.synthetic).toBeLessThanOrEqual(batchSize);
        expect(Math.min(full.real, last.real)).toBeGreaterThan(0);
        expect(Math.abs(last.synthetic * full.real - last.real * full.synthetic)).toBeLessThanOrEqual(full.real / 2);
      }),
    );
  });
});

describe('endlessOrder', () => {
  it('shows every image once in each pass, and is the same whatever part of it is asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), fc.nat(60), fc.nat(60), (count, seed, from, length) => {
        const whole = endlessOrder(count, seed, 0, 120);
        for (let pass = 0; (pass + 1) * count <= 120; pass++) {
          const shown = [...whole.subarray(pass * count, (pass + 1) * count)].sort((a, b) => a - b);
          expect(shown).toEqual([...Array(count).keys()]);
        }
        expect(endlessOrder(count, seed, from, from + length)).toEqual(whole.slice(from, from + length));
      }),
    );
    expect(endlessOrder(50, 1, 0, 50)).not.toEqual(endlessOrder(50, 1, 50, 100));
    expect(endlessOrder(50, 1, 0, 50)).not.toEqual(endlessOrder(50, 2, 0, 50));
  });
});
