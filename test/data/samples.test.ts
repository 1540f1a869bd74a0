// The picture of augmented samples: every cell is an enlarged image of the reader, at its position.
import { describe, expect, it } from 'vitest';
import { imageBytes } from '../../src/data/image-format.js';
import { createMemoryReader } from '../../src/data/memory-reader.js';
import { augmentationOptions } from '../../src/data/augment/options.js';
import { createPassOver } from '../../src/data/loader/broken-images.js';
import { drawSamples } from '../../src/data/samples.js';
import { randomDataset } from './helpers.js';

const source = randomDataset([0, 1, 2, 0, 1, 2], 4, 32, 24);
const reader = createMemoryReader(source, source.storage, augmentationOptions.parse({ cutout: { length: 8 } }));
const zoom = 3;
const gap = 4;
const passOver = createPassOver(0, () => undefined);

describe('drawSamples', () => {
  it.each([true, false])('shows images and draws, the image itself first: %s', async (original) => {
    const options = { rows: 3, columns: 4, seed: 9, original, passOver };
    const { width, height, pixels, rows } = await drawSamples(source, reader, options);
    expect([width, height]).toEqual([gap + 4 * (24 * zoom + gap), gap + 3 * (32 * zoom + gap)]);
    expect(pixels).toHaveLength(width * height * 3);
    expect(rows.map(({ className }) => className).sort()).toEqual(['class 0', 'class 1', 'class 2']);
    expect(rows[0].image).toBe(`${rows[0].index} of random train`);
    const image = new Uint8Array(imageBytes(source));
    const pixelAt = (x: number, y: number): number[] => [
      ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
    ];
    for (const [row, { index }] of rows.entries()) {
      for (let column = 0; column < 4; column++) {
        if (original && column === 0) void reader.evaluate(index, image, 0);
        else void reader.train(index, 9, column + (original ? 0 : 1), image, 0);
        const [left, top] = [gap + column * (24 * zoom + gap), gap + row * (32 * zoom + gap)];
        expect(pixelAt(left - 1, top)).toEqual([255, 255, 255]);
        for (const [x, y] of [
          [0, 0],
          [23, 31],
          [7, 20],
        ]) {
          const expected = [...image.subarray((y * 24 + x) * 3, (y * 24 + x) * 3 + 3)];
          expect(pixelAt(left + x * zoom, top + y * zoom)).toEqual(expected);
          expect(pixelAt(left + x * zoom + zoom - 1, top + y * zoom + zoom - 1)).toEqual(expected);
        }
      }
    }
  });

  it.each([true, false])(
    'shows the next image in place of a broken one, the image itself first: %s',
    async (original) => {
      const broken = { ...source, positions: Uint32Array.of(0, 1, 2, 60, 4, 5) };
      const own = createMemoryReader(broken, source.storage, augmentationOptions.parse({}));
      const warnings: string[] = [];
      const options = { rows: 6, columns: 2, seed: 1, original };
      const passing = createPassOver(1, (line) => void warnings.push(line));
      const { rows } = await drawSamples(broken, own, { ...options, passOver: passing });
      expect(rows.map(({ index }) => index)).toEqual([0, 1, 2, 4, 4, 5]);
      expect(warnings).toEqual([expect.stringMatching(/cannot read image 60 of .*; the next image takes its place$/)]);
      await expect(drawSamples(broken, own, { ...options, passOver })).rejects.toThrow('cannot read image 60');
    },
  );

  it('shows no more rows than there are images', async () => {
    expect(
      (await drawSamples(source, reader, { rows: 50, columns: 1, seed: 1, original: true, passOver })).rows,
    ).toHaveLength(6);
  });
});
