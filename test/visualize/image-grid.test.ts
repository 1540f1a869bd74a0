// Grids of images: every label, every image in its place, the text also in the PNG.
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { svgToPng } from '../../src/report/png.js';
import { imageGrid, type ImageGrid } from '../../src/visualize/image-grid.js';

const image = (red: number): Uint8Array => Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => (i % 3 === 0 ? red : 0));
const grid: ImageGrid = {
  columns: ['original', 'reconstruction', 'augmented 1'],
  rows: [
    { label: 'cat & dog', images: [image(10), image(20), image(30)] },
    { label: 'frog', images: [image(40), image(50), image(60)] },
  ],
  height: 4,
  width: 4,
  title: 'resnet-32 and wgan',
  caption: ['Networks: resnet-32, wgan.', 'lambda 0.5, 10000 iterations.'],
  groups: [1, 2],
};

const attribute = (text: string, name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(text)![1];

it('has every label, and the images in rows and columns', async () => {
  const svg = await imageGrid(grid);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  expect(texts).toEqual([
    'resnet-32 and wgan',
    'original',
    'reconstruction',
    'augmented 1',
    'cat &amp; dog',
    'frog',
    'Networks: resnet-32, wgan.',
    'lambda 0.5, 10000 iterations.',
  ]);
  const images = [...svg.matchAll(/<image[^>]*>/g)].map(([text]) => text);
  const places = images.map((text) => [Number(attribute(text, 'x')), Number(attribute(text, 'y'))]);
  expect(places).toHaveLength(6);
  for (const [n, [x, y]] of places.entries()) {
    expect(y).toBe(places[n < 3 ? 0 : 3][1]);
    expect(x).toBe(places[n % 3][0]);
  }
  // Wider gaps where a group begins; 4 pixels are enlarged to 112.
  expect(places[1][0] - places[0][0]).toBe(112 + 5 + 16);
  expect(places[3][1] - places[0][1]).toBe(112 + 5);
  const reds = await Promise.all(
    images.map(async (text) => {
      const png = Buffer.from(attribute(text, 'href').split(',')[1], 'base64');
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([112, 112]);
      return data[0];
    }),
  );
  expect(reds).toEqual([10, 20, 30, 40, 50, 60]);
});

it('becomes a PNG with the images and the text in it', async () => {
  const svg = await imageGrid(grid);
  const { data, info } = await sharp(svgToPng(svg, 1)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect(info.width).toBe(Math.ceil(Number(attribute(svg, 'width'))));
  const pixel = (x: number, y: number): number[] => [...data.subarray((y * info.width + x) * 3).subarray(0, 3)];
  const dark = (x0: number, y0: number, width: number, height: number): number => {
    let count = 0;
    for (let y = y0; y < y0 + height; y++) for (let x = x0; x < x0 + width; x++) if (pixel(x, y)[1] < 120) count++;
    return count;
  };
  const [first] = [...svg.matchAll(/<image[^>]*>/g)].map(([text]) => text);
  const [x, y] = [Math.round(Number(attribute(first, 'x'))), Math.round(Number(attribute(first, 'y')))];
  expect(pixel(x + 56, y + 56)).toEqual([10, 0, 0]);
  // Title, column, row and caption.
  expect(dark(14, 8, 120, 24)).toBeGreaterThan(100);
  expect(dark(x, y - 18, 112, 16)).toBeGreaterThan(40);
  expect(dark(14, y + 48, x - 26, 16)).toBeGreaterThan(40);
  expect(dark(14, info.height - 40, 160, 36)).toBeGreaterThan(100);
});
