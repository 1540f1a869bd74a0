// Descriptions of the images that errors are measured on.
import { describe, expect, it } from 'vitest';
import { measuredOn } from '../../src/grids/measured-images.js';
import { experimentSchema } from '../../src/config/schema.js';
import type { Cell } from '../../src/grids/store/store.js';

const cell = (row: string, dataset: object, seed = 1): Cell => ({
  row,
  config: experimentSchema.parse({ experiment: row, dataset: { name: 'cifar10', ...dataset }, training: { seed } }),
});

describe('measuredOn', () => {
  it('is what all rows are measured on', () => {
    expect(measuredOn([cell('a', {}), cell('b', { subset: 20 })])).toBe('the test images');
    expect(measuredOn([cell('a', { testSubset: 20 })])).toBe('20 test images');
    expect(measuredOn([cell('a', { holdout: 1 }), cell('b', { holdout: 1 })])).toBe('1 held-out training image');
  });
  it('is a part of the training images if a fraction of them is held out', () => {
    const some = { validationFraction: 0.29 };
    expect(measuredOn([cell('a', some)])).toBe('the held-out 29 % of the training images');
    expect(measuredOn([cell('a', { ...some, testSubset: 20 })])).toBe('20 held-out training images');
    expect(measuredOn([cell('a', { ...some, testSubset: 20, holdout: 8 })])).toBe('8 held-out training images');
  });
  it('names the rows where they differ, in any order of the cells', () => {
    const rows = [1, 2].flatMap((seed) => [
      cell('held', { holdout: 8 }, seed),
      cell('full', {}, seed),
      cell('wide', {}, seed),
    ]);
    expect(measuredOn(rows)).toBe('8 held-out training images (held) and the test images (full, wide)');
  });
});
