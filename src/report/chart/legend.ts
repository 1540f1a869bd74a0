// The legend of a chart: line samples and names, in rows below the panels.
import { element, textElement } from '../svg.js';
import { markerAt, strokeOf, type Palette, type SeriesStyle } from './style.js';
import { textWidth, wrap } from './text.js';

const sample = 34;
const rowHeight = 20;
const lineHeight = 16;

/** Returns the elements of the legend and its height in pixels. */
export function drawLegend(
  entries: readonly (readonly [label: string, style: SeriesStyle])[],
  place: { readonly left: number; readonly top: number; readonly width: number },
  palette: Palette,
): { items: string[]; height: number } {
  const labels = entries.map(([label]) => wrap(label, place.width - sample - 8));
  const column = Math.max(...labels.flat().map((line) => textWidth(line))) + sample + 26;
  const perRow = Math.max(1, Math.min(entries.length, Math.floor((place.width + 26) / column)));
  const items: string[] = [];
  let y = place.top;
  for (let first = 0; first < entries.length; first += perRow) {
    const row = entries.slice(first, first + perRow);
    const lines = labels.slice(first, first + perRow);
    for (const [index, [, style]] of row.entries()) {
      const x = place.left + index * column;
      items.push(
        element('line', { x1: x, x2: x + sample, y1: y, y2: y, ...strokeOf(style, palette) }),
        markerAt(style, palette, x + sample / 2, y),
        ...lines[index].map((line, at) =>
          textElement(line, { x: x + sample + 8, y: y + 4.5 + lineHeight * at, fill: palette.ink }),
        ),
      );
    }
    y += rowHeight + lineHeight * (Math.max(...lines.map(({ length }) => length)) - 1);
  }
  return { items, height: y - place.top };
}
