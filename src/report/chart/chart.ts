// A chart of one or several panels with one legend and notes below them, as an SVG document.
import { cannot } from '../../common/errors.js';
import { roundAxis, type Axis } from '../axis.js';
import { coordinate, document, element, textElement } from '../svg.js';
import { drawLegend } from './legend.js';
import { drawPanel, type Frame } from './panel.js';
import { allPoints, extent, type Series } from './series.js';
import { paper, styleOf, type Palette, type SeriesStyle } from './style.js';
import { textWidth, wrap } from './text.js';

export interface Panel {
  readonly title?: string;
  /** Default: the chart's. */
  readonly yLabel?: string;
  readonly series: readonly Series[];
  /** Ends of the y axis, rounded outwards. Default: the range of all points. */
  readonly yRange?: { readonly low?: number; readonly high?: number };
}

interface Chart {
  readonly panels: readonly Panel[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly title?: string;
  /** Sentences below the legend. */
  readonly notes?: readonly string[];
  /** Pixels; panels are placed side by side if they fit. Default: 640, or 1080 for several panels. */
  readonly width?: number;
  /** The height of one panel in pixels. */
  readonly height?: number;
  readonly palette?: Palette;
  /** Whether each panel's position and axes are written into its `data-frame` attribute, for scripts. */
  readonly frames?: boolean;
}

const noteSize = 11.5;

/** The style of each label, the same in all panels. */
function stylesOf(panels: readonly Panel[]): ReadonlyMap<string, SeriesStyle> {
  const styles = new Map<string, SeriesStyle>();
  for (const { label, style } of panels.flatMap(({ series }) => series)) {
    if (!styles.has(label)) styles.set(label, style ?? styleOf(styles.size));
  }
  return styles;
}

/** Returns the y axis of a panel. Its upper end may be above that of `yRange`, as it is a round number. */
export function yAxisOf({ series, yRange = {} }: Panel): Axis {
  const [low, high] = extent(series.flatMap(allPoints).map(([, y]) => y));
  const top = yRange.high ?? high;
  return roundAxis(Math.min(yRange.low ?? low, top), top);
}

function axesOf(panel: Panel, width: number): { x: Axis; y: Axis } {
  const xs = panel.series.flatMap(allPoints).map(([x]) => x);
  const [left, right] = extent(xs);
  const intervals = Math.max(2, Math.min(8, Math.floor(width / 60)));
  const whole = xs.every(Number.isInteger);
  return { x: roundAxis(Math.min(0, left), right, { intervals, whole }), y: yAxisOf(panel) };
}

function checkPanels(panels: readonly Panel[]): void {
  const series = panels.flatMap((panel) => panel.series);
  const empty = series.find(({ points, thin = [] }) => points.length + thin.flat().length === 0);
  if (series.length === 0) throw cannot('draw the curves', 'there are none', { code: 'figure/empty' });
  if (empty !== undefined)
    throw cannot('draw the curves', `"${empty.label}" has no points yet`, { code: 'figure/empty' });
}

interface TextPlace {
  readonly x: number;
  readonly top: number;
  /** Font size in pixels. */
  readonly size: number;
}

/** Lines of text, the first at `top`; returns their elements and height. */
function paragraph(lines: readonly string[], { x, top, size }: TextPlace, more: Record<string, string>) {
  const step = size * 1.4;
  const items = lines.map((text, index) => textElement(text, { x, y: top + step * (index + 0.8), ...more }));
  return { items, height: lines.length * step };
}

/** Draws the chart as SVG. Errors: no series, or a series without points. */
export function drawChart(chart: Chart): string {
  const { panels, notes = [], palette = paper } = chart;
  checkPanels(panels);
  const width = chart.width ?? (panels.length > 1 ? 1080 : 640);
  const columns = Math.max(1, Math.min(panels.length, Math.floor(width / 380)));
  const cell = width / columns;
  const styles = stylesOf(panels);
  const children: string[] = [];

  const heading = { 'text-anchor': 'middle', 'font-size': '15', fill: palette.ink };
  const title = chart.title === undefined ? [] : wrap(chart.title, width - 20, 15);
  const head = paragraph(title, { x: width / 2, top: 8, size: 15 }, heading);
  children.push(...head.items);
  let y = 8 + head.height;
  for (let first = 0; first < panels.length; first += columns) {
    const row = panels.slice(first, first + columns);
    const titles = row.map((panel) => (panel.title === undefined ? [] : wrap(panel.title, cell - 20)));
    const titleHeight = Math.max(...titles.map((lines) => lines.length)) * 18.2;
    const height = chart.height ?? Math.min(360, Math.max(220, Math.round(cell * 0.62)));
    row.forEach((panel, column) => {
      const { yLabel = chart.yLabel } = panel;
      const axes = axesOf(panel, cell - 90);
      const left = cell * column + 40 + Math.max(...axes.y.labels.map((label) => textWidth(label)));
      // The number at the right end of the axis is centred below it.
      const right = Math.max(24, textWidth(axes.x.labels.at(-1)!) / 2 + 2);
      const frame: Frame = { left, top: y + titleHeight + 10, width: cell * (column + 1) - left - right, height };
      const middle = frame.left + frame.width / 2;
      const caption = paragraph(
        titles[column],
        { x: middle, top: y + 2, size: 13 },
        { 'text-anchor': 'middle', fill: palette.ink },
      );
      const series = panel.series.map((one) => ({ series: one, style: styles.get(one.label)! }));
      const drawn = drawPanel(frame, { ...axes, series, xLabel: chart.xLabel, yLabel }, palette);
      const ends = [axes.x.low, axes.x.high, axes.y.low, axes.y.high];
      const numbers = [frame.left, frame.top, frame.width, frame.height].map(coordinate).concat(ends.map(String));
      const place = chart.frames === true ? { 'data-frame': numbers.join(' ') } : {};
      children.push(...caption.items, element('g', { class: 'panel', ...place }, '\n', drawn.join('\n'), '\n'));
    });
    y += titleHeight + 10 + height + 52;
  }

  const legend = drawLegend([...styles], { left: 24, top: y + 12, width: width - 48 }, palette);
  children.push(...legend.items);
  y += 12 + legend.height;
  for (const note of notes) {
    const lines = paragraph(
      wrap(note, width - 40, noteSize),
      { x: 24, top: y, size: noteSize },
      {
        'font-size': String(noteSize),
        fill: palette.soft,
      },
    );
    children.push(...lines.items);
    y += lines.height + 3;
  }
  return document(
    {
      width,
      height: Math.ceil(y + 8),
      title: chart.title ?? `${chart.yLabel} by ${chart.xLabel}`,
      ground: palette.ground,
    },
    children,
  );
}
