import { describe, expect, test } from 'vitest';
import { curveFigure, type Curve } from '../../src/report/curve.js';
import { textWidth } from '../../src/report/chart/text.js';
import { element, escapeXml, textElement } from '../../src/report/svg.js';

const line = (label: string, level: number): Curve => ({
  label,
  points: Array.from({ length: 20 }, (_, index) => [index + 1, level + index] as const),
});
const draw = (curves: readonly Curve[], title?: string): string =>
  curveFigure({ curves, xLabel: 'epoch', yLabel: 'test error (%)', title });

/** All numbers of one attribute. */
const values = (svg: string, pattern: RegExp): number[] => [...svg.matchAll(pattern)].map(([, value]) => Number(value));

describe('SVG', () => {
  test('text cannot break out', () => {
    expect(escapeXml('<a href="x">&\u0000\u001b</a>\ud800')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;\ufffd');
    expect(textElement('</text><script>', { class: '"><b' })).toBe(
      '<text class="&quot;&gt;&lt;b">&lt;/text&gt;&lt;script&gt;</text>',
    );
    expect(element('rect', { x: 1 / 3, y: -0, fill: undefined })).toBe('<rect x="0.33" y="0"/>');
  });
});

describe('curves', () => {
  test('a title and labels with markup are text', () => {
    const svg = draw([line('<b>&"', 10)], 'a <script>alert(1)</script>');
    expect(svg).not.toContain('<script>');
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('&lt;b&gt;&amp;&quot;');
  });

  test('axes carry round numbers and their names', () => {
    const svg = draw([line('a', 20)]);
    for (const text of ['>0<', '>20<', '>25<', '>40<', '>epoch<', '>test error (%)<']) expect(svg).toContain(text);
  });

  test('everything is inside the picture, and the legend is below the plot', () => {
    const long =
      'an-unbreakable-name-that-is-far-longer-than-a-line-of-the-legend-could-ever-be-on-any-figure a very long name of a run that nobody would ever read to its end but somebody gave it nevertheless';
    const svg = draw([line('one', 5), line(long, 50), line('three', 70)]);
    const [width] = values(svg, /<svg[^>]* width="([\d.]+)"/g);
    const [height] = values(svg, /<svg[^>]* height="([\d.]+)"/g);
    const xs = values(svg, / (?:x|x1|x2|cx)="(-?[\d.]+)"/g);
    const ys = values(svg, / (?:y|y1|y2|cy)="(-?[\d.]+)"/g);
    expect(Math.min(...xs, ...ys)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs)).toBeLessThanOrEqual(width);
    expect(Math.max(...ys)).toBeLessThanOrEqual(height);
    // A long name is shown in full.
    const entries = [...svg.matchAll(/<text[^>]*>([^<]+)</g)].map(([, text]) => text).join('');
    expect(entries).toContain(long.split(' ')[0]);
    const [label] = values(svg, /<text[^>]* y="([\d.]+)"[^>]*>epoch</g);
    const [entry] = values(svg, /<text[^>]* y="([\d.]+)"[^>]*>three</g);
    expect(entry).toBeGreaterThan(label);
  });

  test('the last number of the axis is inside the picture, however long', () => {
    const svg = draw([{ label: 'a', points: [[0, 1], [1_200_000, 2]] }]); // prettier-ignore
    const [x] = values(svg, /<text x="([\d.]+)"[^>]*>1200000</g);
    expect(x + textWidth('1200000') / 2).toBeLessThanOrEqual(640);
  });

  test('the first 35 curves differ in colour or dashes, neighbours in both', () => {
    const svg = draw(Array.from({ length: 35 }, (_, index) => line(`run ${index}`, index)));
    const styles = [...svg.matchAll(/<path d="M[^"]*L[^"]*" stroke="([^"]+)" stroke-width="2"( stroke-dasharray="[^"]+")?/g)].map(
      ([, colour, dash]) => [colour, dash],
    ); // prettier-ignore
    expect(styles).toHaveLength(35);
    expect(new Set(styles.map((style) => style.join())).size).toBe(35);
    for (let i = 1; i < 35; i++) {
      expect(styles[i][0]).not.toBe(styles[i - 1][0]);
      expect(styles[i][1]).not.toBe(styles[i - 1][1]);
    }
  });

  test('one point, equal values, and thousands of points are drawn', () => {
    expect(draw([{ label: 'a', points: [[1, 50]] }])).toContain('<circle');
    expect(draw([{ label: 'a', points: [[1, 50], [2, 50]] }])).not.toContain('NaN'); // prettier-ignore
    const many = Array.from({ length: 200_000 }, (_, index) => [index, Math.sin(index)] as const);
    expect(draw([{ label: 'a', points: many }])).not.toContain('NaN');
  });

  test('a thin line of a single epoch is a marker', () => {
    const points = [[1, 50], [2, 40]] as const; // prettier-ignore
    const markers = (thin: Curve['thin']) => draw([{ label: 'a', points, thin }]).split('<circle').length - 1;
    expect(markers([[[1, 55]]])).toBe(markers([]) + 1);
  });

  test('what is wholly above the axis is not drawn, what touches it is', () => {
    const paths = (level: number, high: number): number => {
      const points = [1, 2].map((x) => [x, level] as const);
      const band = [1, 2].map((x) => ({ x, low: level, high: level + 5 }));
      const axes = { xLabel: 'epoch', yLabel: 'error (%)', yRange: { low: 0, high } };
      return [...curveFigure({ curves: [{ label: 'a', points, band }], ...axes }).matchAll(/<path [^>]*d="M[^"]*L/g)]
        .length;
    };
    expect([30, 20, 10].map((level) => paths(level, 20))).toEqual([0, 1, 2]);
  });

  test('the same input makes the same bytes', () => {
    expect(draw([line('a', 1), line('b', 2)])).toBe(draw([line('a', 1), line('b', 2)]));
  });

  test('nothing to draw', () => {
    expect(() => draw([])).toThrow('cannot draw the curves: there are none');
    expect(() => draw([{ label: 'a', points: [] }])).toThrow('"a" has no points yet');
  });
});
