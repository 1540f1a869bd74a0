// Figures as PNG: the requested size, and text even on a machine without fonts.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { curveFigure } from '../../src/report/curve.js';
import { svgToPng } from '../../src/report/png.js';

const draw = (label: string) =>
  curveFigure({ curves: [{ label, points: [[1, 2], [2, 1]] }], xLabel: 'epoch', yLabel: 'error (%)' }); // prettier-ignore

const refuse = (line: string): never => {
  throw new Error(line);
};

test('has twice the pixels of the SVG on a white ground', async () => {
  const svg = draw('a');
  const [, width, height] = / width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
  const png = sharp(svgToPng(svg, refuse));
  expect(await png.metadata()).toMatchObject({ format: 'png', width: 2 * width, height: 2 * height });
  const { data } = await png.raw().toBuffer({ resolveWithObject: true });
  expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
});

test('text is there, Greek too, and the same bytes come every time', async () => {
  const dark = async (label: string) => {
    const { data, info } = await sharp(svgToPng(draw(label), refuse)).greyscale().raw().toBuffer({ resolveWithObject: true });
    return data.filter((value, index) => index % info.channels === 0 && value < 100).length;
  }; // prettier-ignore
  const none = await dark('');
  const letters = await dark('mmmmmm');
  expect(letters).toBeGreaterThan(none + 200);
  expect(await dark('ΛΣΛΣΛΣ')).toBeGreaterThan(none + 200);
  expect(Buffer.from(svgToPng(draw('a'), refuse))).toEqual(Buffer.from(svgToPng(draw('a'), refuse)));
});

test('curves that are all far above the axis make a PNG too', async () => {
  const points = [1, 2].map((x) => [x, 300] as const);
  const band = points.map(([x, y]) => ({ x, low: y - 5, high: y + 5 }));
  const axes = { xLabel: 'epoch', yLabel: 'error (%)', yRange: { low: 0, high: 20 } };
  // The renderer aborted the process.
  const svg = curveFigure({ curves: [{ label: 'a', points, band, thin: [points] }], ...axes });
  expect(await sharp(svgToPng(svg, refuse)).metadata()).toMatchObject({ format: 'png' });
});

test('a line comes from any height without being displaced', async () => {
  const rowsAt = async (first: number): Promise<readonly number[]> => {
    const points = [[1, first], [2, 0.5], [3, 0.5]] as const; // prettier-ignore
    const axes = { xLabel: 'epoch', yLabel: 'loss', yRange: { low: 0, high: 1 } };
    const png = sharp(svgToPng(curveFigure({ curves: [{ label: 'a', points }], ...axes }), refuse));
    const { data, info } = await png.greyscale().raw().toBuffer({ resolveWithObject: true });
    // Between the markers of the second and the third point.
    const column = Math.round(0.8 * info.width);
    const rows = Array.from({ length: info.height / 2 }, (_, row) => row);
    return rows.filter((row) => data[(row * info.width + column) * info.channels] < 150);
  };
  expect(await rowsAt(0.9)).toHaveLength(4);
  expect(await rowsAt(1e7)).toEqual(await rowsAt(0.9));
});

test('names the characters that the font lacks, each once', () => {
  const lines: string[] = [];
  svgToPng(draw('猫 é Λ & 犬 → ß 猫 👩‍🔬 é 0'), (line) => void lines.push(line));
  expect(lines).toEqual([
    'warning: the font of PNG pictures, DejaVu Sans, lacks these characters and shows boxes: 猫 犬 👩 🔬',
  ]);
});

test('what is no SVG', () => {
  expect(() => svgToPng('<p>', refuse)).toThrow('cannot turn the figure into a PNG');
});
