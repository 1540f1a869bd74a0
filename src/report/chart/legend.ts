// The legend: a sample of each series' line beside its name, in rows under the panels, where it can hide nothing.
import { element, textElement } from '../svg.js';
import { markerAt, strokeOf, type Palette, type SeriesStyle } from './style.js';
import { shorten, textWidth } from './text.js';

const sample = 34;
const rowHeight = 20;

/** The elements of the legend and its height in pixels. */
export function drawLegend(
  entries: readonly (readonly [label: string, style: SeriesStyle])[],
  place: { readonly left: number; readonly top: number; readonly width: number },
  palette: Palette,
): { items: string[]; height: number } {
  const labels = entries.map(([label]) => shorten(label, place.width - sample - 8));
  const column = Math.max(...labels.map((label) => textWidth(label))) + sample + 26;
  const perRow = Math.max(1, Math.min(entries.length, Math.floor((place.width + 26) / column)));
  const items = entries.flatMap(([, style], index) => {
    const x = place.left + (index % perRow) * column;
    const y = place.top + Math.floor(index / perRow) * rowHeight;
    return [
      element('line', { x1: x, x2: x + sample, y1: y, y2: y, ...strokeOf(style, palette) }),
      markerAt(style, palette, x + sample / 2, y),
      textElement(labels[index], { x: x + sample + 8, y: y + 4.5, fill: palette.ink }),
    ];
  });
  return { items, height: Math.ceil(entries.length / perRow) * rowHeight };
}
