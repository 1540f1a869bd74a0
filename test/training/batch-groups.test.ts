// Groups of batches for one update: they cover an epoch, and their images are counted.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupOf, updateOf, updatesPerEpoch } from '../../src/training/batch-groups.js';

describe('groupOf', () => {
  it('is undefined where each batch makes an update', () => {
    expect(groupOf({ batch: 3, images: 8 }, 5, { batchSize: 8 })).toBeUndefined();
    expect(updateOf({ epoch: 2, batch: 3 }, 5, { batchSize: 8 })).toBe(9);
  });

  it('counts the images up to a batch, and ends with the epoch', () => {
    const found = [8, 8, 8, 8, 3].map((images, batch) =>
      groupOf({ batch, images }, 5, { accumulate: 3, batchSize: 8 }),
    );
    expect(found).toEqual([
      { images: 8, isLast: false },
      { images: 16, isLast: false },
      { images: 24, isLast: true },
      { images: 8, isLast: false },
      { images: 11, isLast: true },
    ]);
  });

  it('ends as often as there are updates, which are counted without a gap', () => {
    const numbers = fc.record({
      batches: fc.integer({ min: 1, max: 40 }),
      accumulate: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(numbers, ({ batches, accumulate }) => {
        const grouping = { accumulate, batchSize: 4 };
        const updates = [1, 2].flatMap((epoch) =>
          Array.from({ length: batches }, (_, batch) => {
            const isLast = groupOf({ batch, images: 4 }, batches, grouping)?.isLast ?? true;
            return isLast ? [updateOf({ epoch, batch }, batches, grouping)] : [];
          }).flat(),
        );
        expect(updates).toEqual(
          Array.from({ length: 2 * updatesPerEpoch(batches, grouping) }, (_, index) => index + 1),
        );
      }),
      { seed: 1 },
    );
  });
});
