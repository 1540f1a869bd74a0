// The heat map of a confusion matrix and the reliability diagram, as SVG.
import { describe, expect, it } from 'vitest';
import type { Calibration } from '../../../src/runs/examination/calibration.js';
import { confusionMap } from '../../../src/report/figures/confusion.js';
import { reliabilityDiagram } from '../../../src/report/figures/reliability.js';
import { svgToPng } from '../../../src/report/png.js';

const attribute = (text: string, name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(text)![1];
const elements = (svg: string, name: string): string[] =>
  [...svg.matchAll(new RegExp(`<${name}[^>]*>`, 'g'))].map(([text]) => text);

describe('the heat map', () => {
  const classNames = ['ant', 'bee', 'a & b'];
  const counts = [
    [8, 2, 0],
    [1, 9, 0],
    [0, 0, 0],
  ];
  const svg = confusionMap({ classNames, counts }, { title: 'three' });

  it('has a cell for each pair, right ones by their share, wrong ones by the largest share of them', () => {
    const fills = elements(svg, 'rect').slice(1, 10).map((text) => attribute(text, 'fill')); // prettier-ignore
    // 0.8 and 0.9 of blue; 0.2, the largest error, is full orange, and 0.1 half of it.
    expect(fills).toEqual([
      ...['#338ec1', '#d55e00', '#ffffff'],
      ...['#eaaf80', '#1a80ba', '#ffffff'],
      ...['#ffffff', '#ffffff', '#ffffff'],
    ]);
    expect(svg).toContain('>8<');
    expect(svg).toContain('>20 %<');
    expect(svg).toContain('a\u00a0&amp;\u00a0b');
  });

  it('writes counts that can be read on cells of any shade', () => {
    const shares = [5, 20, 40, 60, 80, 100];
    const rows = shares.map((right, label) =>
      shares.map((_, predicted) => (predicted === label ? right : predicted === (label + 1) % 6 ? 100 - right : 0)),
    );
    const cells = confusionMap({ classNames: shares.map(String), counts: rows }, { title: 'shades' });
    const luminance = (colour: string): number => {
      const [red, green, blue] = colour.match(/\w\w/g)!.map((hex) => (Number.parseInt(hex, 16) / 255) ** 2.2);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const pairs = [...cells.matchAll(/<rect[^>]* fill="(#\w{6})"[^>]*>\s*<text[^>]* fill="(#\w{6})"[^>]*>\d+</g)];
    expect(pairs).toHaveLength(11);
    for (const [, ground, ink] of pairs) {
      const [darker, lighter] = [luminance(ground), luminance(ink)].sort((a, b) => a - b);
      // WCAG 2, level AA.
      expect((lighter + 0.05) / (darker + 0.05), `${ink} on ${ground}`).toBeGreaterThan(4.5);
    }
  });

  it('writes names as far as they have room, counts of few classes alone', () => {
    const many = Array.from({ length: 200 }, (_, label) => `name${label}`);
    const big = confusionMap(
      { classNames: many, counts: many.map((_, i) => many.map((_, j) => (i === j ? 5 : 0))) },
      { title: 'many' },
    );
    expect(big).toContain('>name0<');
    expect(big).not.toContain('>name1<');
    expect(big).not.toContain('>5<');
    expect(svgToPng(big, () => undefined).length).toBeGreaterThan(1000);
  });
});

it('draws a column to the accuracy of each bin with images, and marks its difference from the confidence', () => {
  const calibration: Calibration = {
    bins: [
      { low: 0, high: 0.5, images: 0 },
      { low: 0.5, high: 1, images: 4, confidence: 0.75, accuracy: 0.5 },
    ],
    ...{ expectedErrorPercent: 25, maxErrorPercent: 25, meanConfidencePercent: 75, accuracyPercent: 50 },
  };
  const svg = reliabilityDiagram(calibration, { title: 'two bins' });
  const rects = elements(svg, 'rect').slice(3);
  expect(rects).toHaveLength(3);
  const [column, gap, share] = rects.map((text) => ({
    ...{ y: Number(attribute(text, 'y')), height: Number(attribute(text, 'height')) },
    ...{ x: Number(attribute(text, 'x')), width: Number(attribute(text, 'width')) },
  }));
  expect(column).toMatchObject({ x: 281, width: 208, height: 150 });
  expect(gap).toMatchObject({ x: 281, width: 208, height: 75 });
  expect(gap.y + gap.height).toBe(column.y);
  expect(share.height).toBe(90);
  expect(svg).toContain('Expected calibration error 25.00 % (2 bins)');
});
