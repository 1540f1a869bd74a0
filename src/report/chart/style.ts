// Line styles of series: colour, dashes and marker, distinguishable also in greyscale.
import { coordinate, element } from '../svg.js';

/** Indices into the lists of colours, dashes and markers; an index beyond a list's end wraps around. */
export interface SeriesStyle {
  readonly colour: number;
  readonly dash: number;
  readonly marker: number;
}

/** The colours of a chart: any CSS colours. */
export interface Palette {
  /** The background. Default: transparent. */
  readonly ground?: string;
  readonly ink: string;
  /** Secondary text. */
  readonly soft: string;
  readonly grid: string;
  readonly series: readonly string[];
}

/** The colour-blind safe palette of Okabe and Ito, without yellow, which is too faint on white. */
const okabeIto = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#000000', '#e69f00', '#56b4e9'];
/** The same, lightened for a dark background; black becomes white. */
const okabeItoOnDark = ['#4ba3e3', '#f08a4b', '#2fc79b', '#e39cc4', '#f2f2f2', '#f0c04a', '#8ecdf2'];

/** The palette of an SVG file: a white background. */
export const paper: Palette = {
  ground: '#ffffff',
  ink: '#000000',
  soft: '#444444',
  grid: '#e0e0e0',
  series: okabeIto,
};

/** The palette of a page that defines the variables of `pageColours`. */
export const page: Palette = {
  ink: 'var(--ink)',
  soft: 'var(--soft)',
  grid: 'var(--grid)',
  series: okabeIto.map((_, index) => `var(--series-${index})`),
};

/** CSS declarations of the variables in `page` for series, on a light or a dark background. */
export function pageColours(ground: 'light' | 'dark'): string {
  const colours = ground === 'light' ? okabeIto : okabeItoOnDark;
  return colours.map((colour, index) => `--series-${index}: ${colour};`).join(' ');
}

const dashes = [undefined, '8 4', '2 3', '10 3 2 3', '14 4'];
const markers = ['circle', 'square', 'triangle', 'diamond', 'cross', 'ring', 'frame'] as const;

/**
 * The style of the series at `index`: no two of the first 25 have the same dashes and marker, and no two of the first
 * 35 the same colour and marker.
 */
export function styleOf(index: number): SeriesStyle {
  return { colour: index, dash: index, marker: index + Math.floor(index / okabeIto.length) };
}

const distinctStyles = okabeIto.length * markers.length * dashes.length;

/** Equal for styles of the same colour and marker, which dashes alone distinguish. */
const markerKey = ({ colour, marker }: SeriesStyle): string => `${colour % okabeIto.length} ${marker % markers.length}`;
const wholeKey = (style: SeriesStyle): string => `${markerKey(style)} ${style.dash % dashes.length}`;

/**
 * Returns `preferred` if no style of `taken` has its colour and marker, otherwise the first `styleOf` from `index` of
 * which that is true; if there is none, one that differs in its dashes, as long as there is one.
 */
export function distinctStyle(preferred: SeriesStyle, index: number, taken: readonly SeriesStyle[]): SeriesStyle {
  const candidates = [preferred, ...Array.from({ length: distinctStyles }, (_, step) => styleOf(index + step))];
  const free = (keyOf: (style: SeriesStyle) => string): SeriesStyle | undefined => {
    const keys = new Set(taken.map(keyOf));
    return candidates.find((style) => !keys.has(keyOf(style)));
  };
  return free(markerKey) ?? free(wholeKey) ?? preferred;
}

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length];

export const colourOf = (style: SeriesStyle, palette: Palette): string => pick(palette.series, style.colour);

/** The attributes of a series' line. */
export function strokeOf(style: SeriesStyle, palette: Palette): Record<string, string | number | undefined> {
  return {
    stroke: colourOf(style, palette),
    'stroke-width': 2,
    'stroke-dasharray': pick(dashes, style.dash),
    fill: 'none',
  };
}

/** A marker of about 8 pixels. */
export function markerAt(style: SeriesStyle, palette: Palette, x: number, y: number): string {
  const colour = colourOf(style, palette);
  const hollow = { fill: 'none', stroke: colour, 'stroke-width': 1.6 };
  const polygon = (...offsets: readonly (readonly [number, number])[]): string =>
    element('polygon', {
      points: offsets.map(([dx, dy]) => `${coordinate(x + dx)},${coordinate(y + dy)}`).join(' '),
      fill: colour,
    });
  switch (pick(markers, style.marker)) {
    case 'circle':
      return element('circle', { cx: x, cy: y, r: 3.5, fill: colour });
    case 'square':
      return element('rect', { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4, fill: colour });
    case 'triangle':
      return polygon([0, -4.4], [4.2, 3.2], [-4.2, 3.2]);
    case 'diamond':
      return polygon([0, -4.8], [4.8, 0], [0, 4.8], [-4.8, 0]);
    case 'cross':
      return element('path', {
        d: `M${coordinate(x - 3.5)} ${coordinate(y - 3.5)}l7 7m0 -7l-7 7`,
        stroke: colour,
        'stroke-width': 2,
        fill: 'none',
      });
    case 'ring':
      return element('circle', { cx: x, cy: y, r: 3.6, ...hollow });
    case 'frame':
      return element('rect', { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4, ...hollow });
  }
}
