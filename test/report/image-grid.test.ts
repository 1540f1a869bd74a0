// Grids of images: positions of labels and images, in the SVG and in its PNG.
import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { ImageGrid } from '../../src/runs/image-grid.js';
import { imageGrid } from '../../src/report/image-grid.js';
import { svgToPng } from '../../src/report/png.js';

/** One square image of one colour. */
const plain = (side: number, ...colour: number[]): Uint8Array =>
  Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3]);

const red = (level: number): Uint8Array => plain(4, level, 0, 0);
const figure: ImageGrid = {
  columns: ['original', 'reconstruction', 'augmented 1'],
  rows: [
    { label: 'cat & dog', images: [red(10), red(20), red(30)] },
    { label: 'frog', images: [red(40), red(50), red(60)] },
  ],
  ...{ height: 4, width: 4, enlargedTo: 112 },
  title: 'resnet-32 and wgan',
  caption: ['Networks: resnet-32, wgan.', 'lambda 0.5, 10000 iterations.'],
  groups: [1, 2],
};

/** Rows of 32x32 images, enlarged twice, without headings and caption. */
const samples = (title: string, rows: ImageGrid['rows']): ImageGrid => ({
  ...{ title, rows, height: 32, width: 32, enlargedTo: 64 },
});

const attribute = (text: string, name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(text)![1];
const imagesIn = (svg: string): string[] => [...svg.matchAll(/<image[^>]*>/g)].map(([text]) => text);
const placesIn = (svg: string): number[][] =>
  imagesIn(svg).map((text) => [Number(attribute(text, 'x')), Number(attribute(text, 'y'))]);

async function pixels(svg: string) {
  const { data, info } = await sharp(svgToPng(svg, () => undefined, 1))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number[] => [...data.subarray((y * info.width + x) * 3).subarray(0, 3)];
  return {
    ...info,
    at,
    ink: (left: number, top: number, width: number, height: number): number => {
      let dark = 0;
      for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) if (at(x, y)[1] < 120) dark++;
      return dark;
    },
  };
}

it('has every label, and the images in rows and columns', async () => {
  const svg = await imageGrid(figure);
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
  const places = placesIn(svg);
  expect(places).toHaveLength(6);
  for (const [n, [x, y]] of places.entries()) {
    expect(y).toBe(places[n < 3 ? 0 : 3][1]);
    expect(x).toBe(places[n % 3][0]);
  }
  // Wider gaps before each group; 4 pixels are enlarged to 112.
  expect(places[1][0] - places[0][0]).toBe(112 + 5 + 16);
  expect(places[3][1] - places[0][1]).toBe(112 + 5);
  const reds = await Promise.all(
    imagesIn(svg).map(async (text) => {
      const png = Buffer.from(attribute(text, 'href').split(',')[1], 'base64');
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([112, 112]);
      return data[0];
    }),
  );
  expect(reds).toEqual([10, 20, 30, 40, 50, 60]);
});

it('becomes a PNG with the images and the text in it', async () => {
  const svg = await imageGrid(figure);
  const { width, height, at, ink } = await pixels(svg);
  expect(width).toBe(Math.ceil(Number(attribute(svg, 'width'))));
  const [x, y] = placesIn(svg)[0].map(Math.round);
  expect(at(x + 56, y + 56)).toEqual([10, 0, 0]);
  // Title, column, row and caption.
  expect(ink(14, 8, 120, 24)).toBeGreaterThan(100);
  expect(ink(x, y - 18, 112, 16)).toBeGreaterThan(40);
  expect(ink(14, y + 48, x - 26, 16)).toBeGreaterThan(40);
  expect(ink(14, height - 40, 160, 36)).toBeGreaterThan(100);
});

it('draws rows of images, twice as large, with labels before them and a title above', async () => {
  const svg = await imageGrid(
    samples('two <classes>', [
      { label: 'cat', images: [plain(32, 200, 10, 20), plain(32, 20, 200, 10)] },
      { label: 'automobile', images: [plain(32, 10, 20, 200), plain(32, 210, 210, 10)] },
    ]),
  );
  for (const text of ['two &lt;classes&gt;', '>cat<', '>automobile<']) expect(svg).toContain(text);
  const { width, height, at, ink } = await pixels(svg);
  const left = width - 14 - 64 - 5 - 64;
  expect(height).toBe(38 + 64 + 5 + 64 + 14);
  expect([at(left + 30, 68), at(left + 99, 68)]).toEqual([
    [200, 10, 20],
    [20, 200, 10],
  ]);
  expect([at(left + 30, 137), at(left + 99, 137)]).toEqual([
    [10, 20, 200],
    [210, 210, 10],
  ]);
  expect(ink(0, 0, width, 36)).toBeGreaterThan(50);
  expect(ink(0, 55, left - 4, 30)).toBeGreaterThan(20);
  expect(ink(0, 124, left - 4, 30)).toBeGreaterThan(ink(0, 55, left - 4, 30));
});

it('leaves no room for labels that are empty', async () => {
  const svg = await imageGrid(samples('x', [{ label: '', images: [plain(32, 1, 2, 3), plain(32, 4, 5, 6)] }]));
  const { width, at } = await pixels(svg);
  expect(width).toBe(14 + 64 + 5 + 64 + 14);
  expect(at(20, 50)).toEqual([1, 2, 3]);
});

it.each([['cat'], ['']])('is wide enough for its title, with the label "%s"', async (label) => {
  const title = 'a generator of a data set with a long name, iteration 100000';
  const { width, height, ink } = await pixels(
    await imageGrid(samples(title, [{ label, images: [plain(32, 9, 9, 9)] }])),
  );
  expect(ink(width - 14, 0, 14, height)).toBe(0);
  expect(ink(14, 8, width - 28, 26)).toBeGreaterThan(300);
});

it('puts the lines of an image below it, within its width, and makes room for them', async () => {
  const captions = [[['is cat', 'loss 3.20'], []], [['a name that is longer than the image is wide']]];
  const svg = await imageGrid({
    ...figure,
    rows: [
      { label: '', images: [red(10), red(20)], captions: captions[0] },
      { label: '', images: [red(30)], captions: captions[1] },
    ],
  });
  const [first, , second] = placesIn(svg);
  const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="11">([^<]*)</g)];
  expect(texts.slice(0, 2).map(([, , , text]) => text)).toEqual(['is cat', 'loss 3.20']);
  expect(texts.length).toBeGreaterThan(3);
  texts.slice(0, 2).forEach(([, x, y]) => {
    expect(Number(x)).toBe(first[0]);
    expect(Number(y)).toBeGreaterThan(first[1] + 112);
    expect(Number(y)).toBeLessThan(second[1]);
  });
  const height = Number(attribute(svg, 'height'));
  expect(Math.max(...texts.map(([, , y]) => Number(y)))).toBeLessThan(height);
});
