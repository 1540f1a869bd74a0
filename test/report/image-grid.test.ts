// Pictures of generated images: labels and pixels are where they should be.
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { imageGrid } from '../../src/report/image-grid.js';
import { svgToPng } from '../../src/report/png.js';

/** One image of one colour. */
const plain = (...colour: number[]): Uint8Array => Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => colour[i % 3]);
const row = (...images: Uint8Array[]): Uint8Array => Buffer.concat(images);

async function pixels(svg: string) {
  const { data, info } = await sharp(svgToPng(svg, 1)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    ...info,
    at: (x: number, y: number): number[] => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)],
    ink: (left: number, top: number, right: number, bottom: number): number => {
      let dark = 0;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) if (data[(y * info.width + x) * 3] < 128) dark++;
      return dark;
    },
  };
}

it('draws rows of images, twice as large, with labels before them and a title above', async () => {
  const svg = await imageGrid({
    title: 'two <classes>',
    rows: [
      { label: 'cat', images: row(plain(200, 10, 20), plain(20, 200, 10)) },
      { label: 'automobile', images: row(plain(10, 20, 200), plain(210, 210, 10)) },
    ],
  });
  for (const text of ['two &lt;classes&gt;', '>cat<', '>automobile<']) expect(svg).toContain(text);
  const { width, height, at, ink } = await pixels(svg);
  const left = width - 2 * 66;
  expect(height).toBe(28 + 2 * 66);
  expect([at(left + 30, 58), at(left + 96, 58)]).toEqual([
    [200, 10, 20],
    [20, 200, 10],
  ]);
  expect([at(left + 30, 124), at(left + 96, 124)]).toEqual([
    [10, 20, 200],
    [210, 210, 10],
  ]);
  expect(ink(0, 0, width, 28)).toBeGreaterThan(50);
  expect(ink(0, 45, left - 4, 75)).toBeGreaterThan(20);
  expect(ink(0, 110, left - 4, 140)).toBeGreaterThan(ink(0, 45, left - 4, 75));
});

it('leaves no room for labels that are empty', async () => {
  const svg = await imageGrid({ title: 'x', rows: [{ label: '', images: row(plain(1, 2, 3), plain(4, 5, 6)) }] });
  const { width, at } = await pixels(svg);
  expect(width).toBe(2 + 2 * 66);
  expect(at(10, 40)).toEqual([1, 2, 3]);
});
