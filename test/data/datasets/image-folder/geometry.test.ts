// Which part of a non-square image a network gets.
import { describe, expect, it } from 'vitest';
import { boxGeometry, coverGeometry } from '../../../../src/data/datasets/image-folder/geometry.js';

describe('coverGeometry', () => {
  it.each([
    ['a wide image', { height: 100, width: 400 }, { top: 0, left: 100, height: 100, width: 200 }],
    ['a tall image', { height: 300, width: 100 }, { top: 125, left: 0, height: 50, width: 100 }],
    ['the same proportions', { height: 50, width: 100 }, { top: 0, left: 0, height: 50, width: 100 }],
    ['a single pixel', { height: 1, width: 1 }, { top: 0, left: 0, height: 1, width: 1 }],
  ])('takes the largest central part of %s', (_, image, box) => {
    const output = { height: 20, width: 40 };
    expect(coverGeometry(image, output)).toEqual(boxGeometry(box, output));
  });
});
