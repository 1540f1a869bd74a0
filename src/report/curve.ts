// A line chart of one or several curves, told apart by colour, dashes and markers, so that it also reads in grey.
import { cannot } from '../common/errors.js';
import { roundAxis, type Axis } from './axis.js';
import { coordinate, document, element, textElement } from './svg.js';

export interface Curve {
  readonly label: string;
  /** (x, y) in the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface CurveFigure {
  readonly curves: readonly Curve[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly title?: string;
  /** Pixels; the legend adds to the height. */
  readonly width?: number;
  readonly height?: number;
}

/** Okabe and Ito's colours for all kinds of colour vision, without the yellow that white swallows. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#000000', '#e69f00', '#56b4e9'];
const dashes = [undefined, '8 4', '2 3', '10 3 2 3', '14 4'];
const markers = ['circle', 'square', 'triangle', 'diamond', 'cross'] as const;

interface Style {
  readonly colour: string;
  readonly dash: string | undefined;
  readonly marker: (typeof markers)[number];
}

/** Colour and dashes repeat after 7 and 5 curves, so no two of the first 35 are alike. */
function styleOf(index: number): Style {
  return {
    colour: colours[index % colours.length],
    dash: dashes[index % dashes.length],
    marker: markers[index % markers.length],
  };
}

function markerAt({ colour, marker }: Style, x: number, y: number): string {
  const polygon = (offsets: readonly (readonly [number, number])[]): string =>
    element('polygon', {
      points: offsets.map(([dx, dy]) => `${coordinate(x + dx)},${coordinate(y + dy)}`).join(' '),
      fill: colour,
    });
  switch (marker) {
    case 'circle':
      return element('circle', { cx: x, cy: y, r: 3.5, fill: colour });
    case 'square':
      return element('rect', { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4, fill: colour });
    case 'triangle':
      return polygon([[0, -4.4], [4.2, 3.2], [-4.2, 3.2]]); // prettier-ignore
    case 'diamond':
      return polygon([[0, -4.8], [4.8, 0], [0, 4.8], [-4.8, 0]]); // prettier-ignore
    case 'cross':
      return element('path', {
        d: `M${coordinate(x - 3.5)} ${coordinate(y - 3.5)}l7 7m0 -7l-7 7`,
        stroke: colour,
        'stroke-width': 2,
        fill: 'none',
      });
  }
}

/** A generous estimate of a text's width in pixels: the fonts of the reader are not known. */
function textWidth(text: string, size = 13): number {
  return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0)! < 0x250 ? 0.6 : 1) * size, 0);
}

function shorten(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join('')}…`) > width) letters.pop();
  return `${letters.join('')}…`;
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function axes(frame: Frame, x: Axis, y: Axis, at: (x: number, y: number) => [number, number]): string[] {
  const bottom = frame.top + frame.height;
  const grid = { stroke: '#e0e0e0', 'stroke-width': 1 };
  return [
    ...y.ticks.flatMap((tick, index) => {
      const level = at(x.low, tick)[1];
      return [
        element('line', { x1: frame.left, x2: frame.left + frame.width, y1: level, y2: level, ...grid }),
        textElement(y.labels[index], { x: frame.left - 8, y: level + 4.5, 'text-anchor': 'end', fill: '#333333' }),
      ];
    }),
    ...x.ticks.flatMap((tick, index) => {
      const place = at(tick, y.low)[0];
      return [
        element('line', { x1: place, x2: place, y1: bottom, y2: bottom + 5, stroke: '#333333' }),
        textElement(x.labels[index], { x: place, y: bottom + 20, 'text-anchor': 'middle', fill: '#333333' }),
      ];
    }),
    element('path', {
      d: `M${coordinate(frame.left)} ${coordinate(frame.top)}V${coordinate(bottom)}h${coordinate(frame.width)}`,
      stroke: '#333333',
      fill: 'none',
    }),
  ];
}

/** Legend entries in rows under the plot, where they can hide nothing. */
function legend(curves: readonly Curve[], frame: Frame, top: number): { items: string[]; height: number } {
  const sample = 34;
  const labels = curves.map(({ label }) => shorten(label, frame.width - sample - 8));
  const column = Math.max(...labels.map((label) => textWidth(label))) + sample + 26;
  const perRow = Math.max(1, Math.min(curves.length, Math.floor((frame.width + 26) / column)));
  const items = labels.flatMap((label, index) => {
    const style = styleOf(index);
    const x = frame.left + (index % perRow) * column;
    const y = top + Math.floor(index / perRow) * 20;
    return [
      element('line', { x1: x, x2: x + sample, y1: y, y2: y, ...strokeOf(style) }),
      markerAt(style, x + sample / 2, y),
      textElement(label, { x: x + sample + 8, y: y + 4.5, fill: '#000000' }),
    ];
  });
  return { items, height: Math.ceil(curves.length / perRow) * 20 };
}

function strokeOf(style: Style): Record<string, string | number | undefined> {
  return { stroke: style.colour, 'stroke-width': 2, 'stroke-dasharray': style.dash, fill: 'none' };
}

function drawCurve(curve: Curve, index: number, at: (x: number, y: number) => [number, number]): string[] {
  const style = styleOf(index);
  const places = curve.points.map(([x, y]) => at(x, y));
  const path = places.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('');
  // A dozen markers on a long curve, shifted from curve to curve so that they do not cover one another.
  const every = Math.max(1, Math.round(places.length / 12));
  const offset = every < 2 ? 0 : Math.round((index * every) / 5) % every;
  const marked = places.filter((_, i) => i % every === offset);
  return [
    ...(places.length > 1 ? [element('path', { d: path, ...strokeOf(style), 'stroke-linejoin': 'round' })] : []),
    ...marked.map(([x, y]) => markerAt(style, x, y)),
  ];
}

/** Draws the chart as an SVG document. Errors: no curve, or one without points. */
export function curveFigure(figure: CurveFigure): string {
  const { curves, width = 640, height = 420, title } = figure;
  const empty = curves.find(({ points }) => points.length === 0);
  if (curves.length === 0) throw cannot('draw the curves', 'there are none');
  if (empty !== undefined) throw cannot('draw the curves', `"${empty.label}" has no points yet`);
  const all = curves.flatMap(({ points }) => points);
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  const extent = (values: readonly number[]): [number, number] =>
    values.reduce<[number, number]>(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  const x = roundAxis(Math.min(0, extent(xs)[0]), extent(xs)[1], { intervals: 8, whole: xs.every(Number.isInteger) });
  const y = roundAxis(...extent(ys));

  const left = 40 + Math.max(...y.labels.map((label) => textWidth(label)));
  const top = title === undefined ? 18 : 46;
  const frame: Frame = { left, top, width: width - left - 24, height: height - top - 52 };
  const at = (px: number, py: number): [number, number] => [
    frame.left + ((px - x.low) / (x.high - x.low)) * frame.width,
    frame.top + frame.height - ((py - y.low) / (y.high - y.low)) * frame.height,
  ];
  const middle = { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
  const key = legend(curves, frame, height + 12);
  return document(width, height + key.height + 12, title ?? `${figure.yLabel} by ${figure.xLabel}`, [
    ...(title === undefined
      ? []
      : [textElement(shorten(title, width - 20), { x: middle.x, y: 26, 'text-anchor': 'middle', 'font-size': 15 })]),
    ...axes(frame, x, y, at),
    ...curves.flatMap((curve, index) => drawCurve(curve, index, at)),
    textElement(figure.xLabel, { x: middle.x, y: frame.top + frame.height + 42, 'text-anchor': 'middle' }),
    textElement(figure.yLabel, {
      x: 18,
      y: middle.y,
      'text-anchor': 'middle',
      transform: `rotate(-90 18 ${coordinate(middle.y)})`,
    }),
    ...key.items,
  ]);
}
