// Dot plots: one dot per value, intervals, the band of the baseline, axes that long intervals do not stretch.
import { describe, expect, it } from 'vitest';
import { drawDots, type DotRow } from '../../../src/report/chart/dots.js';
import { paper } from '../../../src/report/chart/style.js';
import { textWidth } from '../../../src/report/chart/text.js';

const rows: readonly DotRow[] = [
  { label: 'basic', values: [20, 21, 22], mean: 21, interval: { low: 18.5, high: 23.5 } },
  { label: 'isda', values: [20.5, 20.9], mean: 20.7, interval: { low: 18.16, high: 23.24 } },
  { label: 'one', values: [19], mean: 19 },
  { label: 'none', values: [] },
];
const draw = (panel: { rows: readonly DotRow[]; baseline?: number }) =>
  drawDots({ panels: [{ ...panel, xLabel: 'error' }] });
const count = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;

describe('drawDots', () => {
  it('has a dot a value, the number of values of each row, and the band of the baseline', () => {
    const svg = draw({ rows, baseline: 0 });
    expect(count(svg, /class="dot"/g)).toBe(6);
    expect([...svg.matchAll(/>n = (\d)</g)].map(([, n]) => n)).toEqual(['3', '2', '1', '0']);
    expect(count(svg, /class="band"/g)).toBe(1);
    expect(count(draw({ rows }), /class="band"/g)).toBe(0);
  });
  it('has the number of failed runs, within the picture', () => {
    const svg = draw({ rows: [...rows, { label: 'diverged', values: [23, 24], failed: 1 }] });
    const [, x] = /<text x="([\d.]+)"[^>]*>n = 2 \(1 failed\)</.exec(svg)!.map(Number);
    expect(x + textWidth('n = 2 (1 failed)')).toBeLessThanOrEqual(640);
    expect(draw({ rows })).not.toContain('failed');
  });
  it("gives the baseline's dots the colour of its band, and all others one colour", () => {
    const svg = draw({ rows, baseline: 0 });
    const colours = [...svg.matchAll(/class="dot"[^>]*? fill="(#\w+)"/g)].map(([, colour]) => colour);
    expect(colours).toEqual([...Array<string>(3).fill(paper.soft), ...Array<string>(3).fill(paper.series[0])]);
    expect(svg).toMatch(new RegExp(`class="band"[^>]*fill="${paper.soft}"`));
  });
  it('places values and the ends of the band by the axis', () => {
    const svg = draw({ rows, baseline: 0 });
    const at = [...svg.matchAll(/class="dot" cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(at[1] - at[0]).toBeCloseTo(at[2] - at[1], 1);
    const [, x, width] = /class="band" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(svg)!.map(Number);
    const pixels = (at[2] - at[0]) / 2;
    expect(x).toBeCloseTo(at[0] - 1.5 * pixels, 1);
    expect(width).toBeCloseTo(5 * pixels, 1);
  });
  it('ends intervals that are far longer than the range of the values in an arrow, and says so', () => {
    const wide = { label: 'two', values: [20, 21], mean: 20.5, interval: { low: 0, high: 60 } };
    const svg = draw({ rows: [wide] });
    expect(svg).toContain('Arrow: the interval continues beyond the axis.');
    const ticks = [...svg.matchAll(/text-anchor="middle" fill="[^"]+">([\d.]+)</g)].map(([, tick]) => Number(tick));
    expect([Math.min(...ticks), Math.max(...ticks)]).toEqual([19, 22]);
    expect(draw({ rows })).not.toContain('Arrow');
  });
  it('takes no interval as longer than the axis because of rounding', () => {
    // The mean of three errors of 0.1.
    const mean = 0.10000000000000002;
    const equal = { label: 'equal', values: [0.1, 0.1, 0.1], mean, interval: { low: mean, high: mean } };
    expect(draw({ rows: [equal, { label: 'one', values: [0.05], mean: 0.05 }] })).not.toContain('Arrow');
  });
  it('keeps the title of the axis within a narrow picture, on further lines', () => {
    const xLabel = 'holdout error, mean of the last ten epochs (%)';
    for (const width of [300, 400, 640]) {
      const svg = drawDots({ panels: [{ rows, xLabel }], width });
      const lines = [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="middle" fill="[^"]+">([^<]+)</g)]
        .map(([, x, text]) => ({ x: Number(x), text }))
        .filter(({ text }) => Number.isNaN(Number(text)));
      expect(lines.map(({ text }) => text).join(' ')).toBe(xLabel);
      expect(lines.length).toBe(width < 400 ? 2 : 1);
      for (const { x, text } of lines) {
        expect(x - textWidth(text) / 2).toBeGreaterThan(0);
        expect(x + textWidth(text) / 2).toBeLessThan(width);
      }
    }
  });
  it('escapes labels, and refuses rows without a value', () => {
    expect(draw({ rows: [{ label: '<b>', values: [1], mean: 1 }] })).toContain('&lt;b&gt;');
    expect(() => draw({ rows: [rows[3]] })).toThrow('cannot draw the dots: no run is done');
  });
});
