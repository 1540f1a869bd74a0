// One panel of a chart: axes, bands, lines and markers.
import type { Axis } from '../axis.js';
import { coordinate, element, textElement } from '../svg.js';
import { bounded, extent, thinned, type Point, type Series } from './series.js';
import { colourOf, markerAt, strokeOf, type Palette, type SeriesStyle } from './style.js';

/** Position and size of the plot area in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface PanelContent {
  readonly series: readonly { readonly series: Series; readonly style: SeriesStyle }[];
  readonly x: Axis;
  readonly y: Axis;
  readonly xLabel: string;
  readonly yLabel: string;
}

type Place = (point: Point) => Point;
type PlaceLine = (points: readonly Point[]) => readonly Point[];

/** How far lines go beyond the panel, in heights of it: renderers with single precision displace longer ones. */
const maxBeyond = 1000;

function placeIn(frame: Frame, x: Axis, y: Axis): Place {
  return ([px, py]) => [
    frame.left + ((px - x.low) / (x.high - x.low)) * frame.width,
    frame.top + frame.height - ((py - y.low) / (y.high - y.low)) * frame.height,
  ];
}

function axes(frame: Frame, { x, y, xLabel, yLabel }: PanelContent, place: Place, palette: Palette): string[] {
  const bottom = frame.top + frame.height;
  const middle = { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
  const side = frame.left - 12 - Math.max(...y.labels.map((label) => label.length)) * 8.5 - 8;
  return [
    ...y.ticks.flatMap((tick, index) => {
      const level = place([x.low, tick])[1];
      const across = { x1: frame.left, x2: frame.left + frame.width, y1: level, y2: level };
      return [
        element('line', { ...across, stroke: palette.grid, 'stroke-width': 1 }),
        textElement(y.labels[index], { x: frame.left - 8, y: level + 4.5, 'text-anchor': 'end', fill: palette.soft }),
      ];
    }),
    ...x.ticks.flatMap((tick, index) => {
      const at = place([tick, y.low])[0];
      return [
        element('line', { x1: at, x2: at, y1: bottom, y2: bottom + 5, stroke: palette.soft }),
        textElement(x.labels[index], { x: at, y: bottom + 20, 'text-anchor': 'middle', fill: palette.soft }),
      ];
    }),
    element('path', {
      d: `M${coordinate(frame.left)} ${coordinate(frame.top)}V${coordinate(bottom)}h${coordinate(frame.width)}`,
      stroke: palette.soft,
      fill: 'none',
    }),
    textElement(xLabel, { x: middle.x, y: bottom + 42, 'text-anchor': 'middle', fill: palette.ink }),
    textElement(yLabel, {
      x: side,
      y: middle.y,
      'text-anchor': 'middle',
      transform: `rotate(-90 ${coordinate(side)} ${coordinate(middle.y)})`,
      fill: palette.ink,
    }),
  ];
}

const linePath = (points: readonly Point[]): string =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('');

function band({ band: spread = [] }: Series, placeLine: PlaceLine, colour: string): string[] {
  if (spread.length < 2) return [];
  const upper = placeLine(spread.map(({ x, high }) => [x, high]));
  const lower = placeLine(spread.map(({ x, low }) => [x, low])).toReversed();
  const d = `${linePath([...upper, ...lower])}Z`;
  return [element('path', { class: 'band', d, fill: colour, 'fill-opacity': '0.18', stroke: 'none' })];
}

function line(points: readonly Point[], attributes: Record<string, string | number | undefined>): string[] {
  return points.length < 2 ? [] : [element('path', { d: linePath(points), ...attributes, 'stroke-linejoin': 'round' })];
}

/** About a dozen points of a long line to mark, shifted from series to series so that markers do not overlap. */
function marked(points: readonly Point[], index: number): readonly Point[] {
  const every = Math.max(1, Math.round(points.length / 12));
  const offset = every < 2 ? 0 : Math.round((index * every) / 5) % every;
  return points.filter((_, at) => at % every === offset);
}

/**
 * Whether some of a line is within the axis, or of a band, which has no stroke on an edge. What is wholly outside is
 * not drawn: the renderer of PNGs aborts the process on a clipped group that is far outside the picture.
 */
function isSeen(values: readonly number[], { low, high }: Axis, shape: 'line' | 'band'): boolean {
  const [least, most] = extent(values);
  return shape === 'line' ? least <= high && most >= low : least < high && most > low;
}

/** Returns the elements of a panel; points above or below the y axis are clipped. */
export function drawPanel(frame: Frame, content: PanelContent, palette: Palette): string[] {
  const place = placeIn(frame, content.x, content.y);
  const { low, high } = content.y;
  const beyond = maxBeyond * frame.height;
  const placeLine: PlaceLine = (points) => thinned(bounded(points.map(place), frame.top - beyond, frame.top + beyond));
  const drawn = content.series.map(({ series, style }, index) => {
    const { points, thin = [], band: spread = [] } = series;
    const stroke = strokeOf(style, palette);
    const seenLine = (one: readonly Point[], more: Record<string, string | number> = {}): string[] =>
      isSeen(one.map(([, y]) => y), content.y, 'line') ? line(placeLine(one), { ...stroke, ...more }) : []; // prettier-ignore
    const seenBand = isSeen(spread.flatMap((each) => [each.low, each.high]), content.y, 'band'); // prettier-ignore
    // A thin line of a single epoch is nothing but its marker.
    const single = thin.filter(({ length }) => length === 1).flat();
    const inside = [...marked(points, index), ...single].filter(([, y]) => y >= low && y <= high);
    return {
      band: seenBand ? band(series, placeLine, colourOf(style, palette)) : [],
      lines: [...thin.flatMap((one) => seenLine(one, { class: 'thin', 'stroke-width': 1 })), ...seenLine(points)],
      markers: inside.map(place).map(([x, y]) => markerAt(style, palette, x, y)),
    };
  });
  // A nested svg clips its content without an id, which could occur twice on a page.
  const [left, top, width, height] = [frame.left, frame.top, frame.width, frame.height].map(coordinate);
  const window = { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` };
  const inner = [...drawn.flatMap((series) => series.band), ...drawn.flatMap((series) => series.lines)];
  return [
    ...axes(frame, content, place, palette),
    ...(inner.length === 0 ? [] : [element('svg', window, ...inner)]),
    ...drawn.flatMap((series) => series.markers),
  ];
}
