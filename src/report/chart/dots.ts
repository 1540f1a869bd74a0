// A dot plot: for each method a row with every value, mean and 95 % interval; the baseline's interval as a band.
import { cannot } from '../../common/errors.js';
import type { Interval } from '../../common/statistics/samples.js';
import { roundAxis, type Axis } from '../axis.js';
import { coordinate, document, element, textElement } from '../svg.js';
import { extent } from './series.js';
import { paper, type Palette } from './style.js';
import { textWidth, wrap } from './text.js';

export interface DotRow {
  readonly label: string;
  readonly values: readonly number[];
  readonly mean?: number;
  readonly interval?: Interval;
  /** The number of failed runs, which have no dot. */
  readonly failed?: number;
}

export interface DotPanel {
  readonly title?: string;
  readonly rows: readonly DotRow[];
  /** Index of the row whose interval is drawn as a band through all rows. */
  readonly baseline?: number;
  readonly xLabel: string;
}

interface DotPlot {
  /** Drawn one below the other, each with its own axis. */
  readonly panels: readonly DotPanel[];
  readonly title?: string;
  /** Sentences below the plot. */
  readonly notes?: readonly string[];
  /** Pixels; default 640. */
  readonly width?: number;
  readonly palette?: Palette;
}

const [lineHeight, noteSize, margin] = [16, 11.5, 16];
/** The height of a row with a one-line label. */
const rowHeight = 30;
/** The smallest space at the right for the number of values, such as `n = 12`. */
const countWidth = 52;

const countText = ({ values, failed = 0 }: DotRow): string =>
  `n = ${values.length}${failed === 0 ? '' : ` (${failed} failed)`}`;

/** At which ends an interval extends beyond an axis, by more than rounding. */
function endsBeyond({ low, high }: Interval, axis: Axis): { left: boolean; right: boolean } {
  const rounding = 1e-9 * (axis.high - axis.low);
  return { left: low < axis.low - rounding, right: high > axis.high + rounding };
}

/**
 * Returns an axis that encloses all values, and the intervals up to the length of the values' range beyond it: the
 * interval of two runs may be many times as wide. `cut`: whether an interval extends beyond the axis.
 */
function axisOf(rows: readonly DotRow[], pixels: number): { axis: Axis; cut: boolean } {
  const [low, high] = extent(rows.flatMap(({ values }) => values));
  const ends = rows.flatMap(({ interval }) => (interval === undefined ? [] : [interval.low, interval.high]));
  const [least, most] = extent([...ends, low, high]);
  const room = Math.max(high - low, 0.2);
  const from = Math.max(least, low - room, Math.min(0, low));
  const to = Math.min(most, high + room);
  const axis = roundAxis(from, to, { intervals: Math.max(2, Math.min(8, Math.floor(pixels / 60))) });
  const beyond = endsBeyond({ low: least, high: most }, axis);
  return { axis, cut: beyond.left || beyond.right };
}

interface WhiskerPlace {
  readonly axis: Axis;
  /** The x coordinate of a value. */
  readonly at: (value: number) => number;
  readonly y: number;
  readonly stroke: string;
}

/** A horizontal line with a cap at each end, or with an arrow if the interval continues beyond the axis. */
function whisker(interval: Interval, { axis, at, y, stroke }: WhiskerPlace) {
  const { low, high } = interval;
  const beyond = endsBeyond(interval, axis);
  const [left, right] = [Math.max(low, axis.low), Math.min(high, axis.high)].map(at);
  const end = (x: number, arrow: boolean, side: -1 | 1): string => {
    const d = arrow
      ? `M${coordinate(x - 5 * side)} ${coordinate(y - 4)}L${coordinate(x)} ${coordinate(y)}l${-5 * side} 4`
      : `M${coordinate(x)} ${coordinate(y - 4)}v8`;
    return element('path', { d, stroke, 'stroke-width': 1.5, fill: 'none' });
  };
  return [
    element('line', { x1: left, x2: right, y1: y, y2: y, stroke, 'stroke-width': 1.5 }),
    end(left, beyond.left, -1),
    end(right, beyond.right, 1),
  ];
}

interface PanelPlace {
  readonly top: number;
  readonly width: number;
  readonly palette: Palette;
}

function drawPanel({ rows, baseline, xLabel }: DotPanel, { top, width, palette }: PanelPlace) {
  const widest = Math.max(...rows.map(({ label }) => textWidth(label)));
  const labelWidth = Math.min(widest + 4, width * 0.36);
  const labels = rows.map(({ label }) => wrap(label, labelWidth));
  const counts = Math.max(countWidth, ...rows.map((row) => 10 + textWidth(countText(row))));
  const [left, right] = [margin + labelWidth + 14, width - margin - counts];
  const { axis, cut } = axisOf(rows, right - left);
  const at = (value: number): number => left + ((value - axis.low) / (axis.high - axis.low)) * (right - left);
  const heights = labels.map((lines) => Math.max(rowHeight, lines.length * lineHeight + 10));
  const tops = heights.map((_, index) => heights.slice(0, index).reduce((sum, height) => sum + height, top));
  const bottom = top + heights.reduce((sum, height) => sum + height, 0);
  const band = baseline === undefined ? undefined : rows[baseline];
  const [from, to] = band?.interval
    ? [at(Math.max(band.interval.low, axis.low)), at(Math.min(band.interval.high, axis.high))]
    : [0, 0];
  const upright = (x: number, more: Record<string, string | number>): string =>
    element('line', { x1: x, x2: x, y1: top, y2: bottom, ...more });
  const titles = wrap(xLabel, width - 2 * margin);
  // A title is centred below the axis, or in the picture if it would extend beyond the picture's edge.
  const middleOf = (line: string): number => {
    const [centre, half] = [(left + right) / 2, textWidth(line) / 2];
    return centre - half >= margin && centre + half <= width - margin ? centre : width / 2;
  };
  const items = [
    ...(band?.interval === undefined ? [] : [element('rect', { class: 'band', x: from, y: top, width: to - from, height: bottom - top, fill: palette.soft, 'fill-opacity': '0.13' })]), // prettier-ignore
    ...axis.ticks.map((tick) => upright(at(tick), { stroke: palette.grid, 'stroke-width': 1 })),
    ...(band?.mean === undefined ? [] : [upright(at(band.mean), { stroke: palette.soft, 'stroke-dasharray': '4 3' })]),
    element('line', { x1: left, x2: right, y1: bottom, y2: bottom, stroke: palette.soft }),
    ...axis.ticks.map((tick, index) => textElement(axis.labels[index], { x: at(tick), y: bottom + 18, 'text-anchor': 'middle', fill: palette.soft })), // prettier-ignore
    ...titles.map((line, index) =>
      textElement(line, {
        x: middleOf(line),
        y: bottom + 38 + index * lineHeight,
        'text-anchor': 'middle',
        fill: palette.ink,
      }),
    ),
  ];
  rows.forEach((row, index) => {
    const { values, mean, interval } = row;
    const middle = tops[index] + heights[index] / 2;
    const first = middle + 4.5 - ((labels[index].length - 1) * lineHeight) / 2;
    const colour = index === baseline ? palette.soft : palette.series[0];
    items.push(
      ...labels[index].map((line, lineIndex) =>
        textElement(line, { x: left - 14, y: first + lineIndex * lineHeight, 'text-anchor': 'end', fill: palette.ink }),
      ),
      ...(interval === undefined ? [] : whisker(interval, { axis, at, y: middle + 6, stroke: palette.ink })),
      ...(mean === undefined ? [] : [element('path', { d: `M${coordinate(at(mean))} ${coordinate(middle)}v12`, stroke: palette.ink, 'stroke-width': 3 })]), // prettier-ignore
      ...values.map((value) => element('circle', { class: 'dot', cx: at(value), cy: middle - 5, r: 4, fill: colour, 'fill-opacity': '0.6', stroke: colour })), // prettier-ignore
      textElement(countText(row), { x: right + 10, y: middle + 4.5, fill: palette.soft }),
    );
  });
  return { items, bottom: bottom + 48 + (titles.length - 1) * lineHeight, cut };
}

/** Draws the plot as SVG. Errors: no row has a value. */
export function drawDots({ panels, title, notes = [], width = 640, palette = paper }: DotPlot): string {
  const drawn = panels.filter(({ rows }) => rows.some(({ values }) => values.length > 0));
  if (drawn.length === 0) throw cannot('draw the dots', 'no run is done', { code: 'figure/empty' });
  const children: string[] = [];
  let y = 10;
  const paragraph = (text: string, size: number, more: Record<string, string | number>): void => {
    for (const line of wrap(text, width - 2 * margin, size)) {
      y += size * 1.4;
      children.push(textElement(line, { y: y - size * 0.3, 'font-size': String(size), ...more }));
    }
  };
  const centred = { x: width / 2, 'text-anchor': 'middle', fill: palette.ink };
  if (title !== undefined) paragraph(title, 15, centred);
  let cut = false;
  for (const panel of drawn) {
    if (panel.title !== undefined) paragraph(panel.title, 13, centred);
    const { items, ...end } = drawPanel(panel, { top: y + 8, width, palette });
    children.push(...items);
    y = end.bottom;
    cut ||= end.cut;
  }
  const arrows = cut ? ['Arrow: the interval continues beyond the axis.'] : [];
  for (const note of [...notes, ...arrows]) {
    paragraph(note, noteSize, { x: margin, fill: palette.soft });
    y += 3;
  }
  return document(
    { width, height: Math.ceil(y + 10), title: title ?? drawn[0].title ?? drawn[0].xLabel, ground: palette.ground },
    children,
  );
}
