// Draws small images in labelled rows and columns as an SVG document.
import type { ImageGrid } from '../runs/image-grid.js';
import { textWidth, wrap } from './chart/text.js';
import { document, element, textElement } from './svg.js';

const [gap, groupGap, margin, line] = [5, 16, 14, 16];
const [titleSize, labelSize, captionSize, captionLine] = [15, 12, 11, 14];
/** Space between the captions of a row and the next row, in pixels. */
const captionGap = 10;
/** Space between a label and its row, in pixels. */
const labelGap = 10;

async function embedded(pixels: Uint8Array, width: number, height: number, zoom: number): Promise<string> {
  // Loaded on demand: most commands draw nothing.
  const { default: sharp } = await import('sharp');
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(width * zoom, height * zoom, { kernel: 'nearest' })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** Draws the grid as SVG. Images are not smoothed: each pixel is a square of one colour. */
export async function imageGrid(grid: ImageGrid): Promise<string> {
  const { columns = [], rows, height, width, enlargedTo, title, caption = [], groups = [] } = grid;
  const zoom = Math.max(1, Math.ceil(enlargedTo / Math.min(height, width)));
  const [cellWidth, cellHeight] = [width * zoom, height * zoom];
  const heads = columns.map((name) => wrap(name, cellWidth, labelSize));
  const headHeight = Math.max(0, ...heads.map(({ length }) => length)) * line;
  const labelWidth = Math.max(0, ...rows.map(({ label }) => textWidth(label, labelSize)));
  const left = margin + (labelWidth === 0 ? 0 : labelWidth + labelGap);
  const top = margin + 24 + headHeight;
  const columnAt = (column: number): number =>
    left + column * (cellWidth + gap) + groups.filter((first) => first <= column).length * groupGap;
  const captions = rows.map(({ captions: own = [] }) =>
    own.map((lines) => lines.flatMap((text) => wrap(text, cellWidth, captionSize))),
  );
  const captionHeights = captions.map((own) => {
    const lines = Math.max(0, ...own.map(({ length }) => length));
    return lines === 0 ? 0 : lines * captionLine + captionGap;
  });
  const rowAt = (row: number): number =>
    captionHeights.slice(0, row).reduce((at, below) => at + cellHeight + gap + below, top);
  const end = columnAt(Math.max(...rows.map(({ images }) => images.length)) - 1) + cellWidth + margin;
  const whole = Math.max(end, textWidth(title, titleSize) + 2 * margin);
  const notes = caption.flatMap((sentence) => wrap(sentence, whole - 2 * margin, labelSize));
  const bottom = rowAt(rows.length - 1) + cellHeight + captionHeights[rows.length - 1];

  const cells = await Promise.all(
    rows.flatMap(({ images }, row) =>
      images.map(async (pixels, column) =>
        element('image', {
          x: columnAt(column),
          y: rowAt(row),
          width: cellWidth,
          height: cellHeight,
          href: await embedded(pixels, width, height, zoom),
        }),
      ),
    ),
  );
  const wholeHeight = Math.ceil(bottom + margin + (notes.length === 0 ? 0 : notes.length * line + 4));
  return document({ width: Math.ceil(whole), height: wholeHeight, title, ground: '#ffffff' }, [
    textElement(title, { x: margin, y: margin + 12, 'font-size': titleSize }),
    ...heads.flatMap((lines, column) =>
      lines.map((text, index) =>
        textElement(text, {
          x: columnAt(column) + cellWidth / 2,
          y: top - 6 - (lines.length - 1 - index) * line,
          'text-anchor': 'middle',
          'font-size': labelSize,
        }),
      ),
    ),
    ...rows.flatMap(({ label }, row) =>
      label === ''
        ? []
        : [
            textElement(label, {
              x: left - labelGap,
              y: rowAt(row) + cellHeight / 2 + 4,
              'text-anchor': 'end',
              'font-size': labelSize,
            }),
          ],
    ),
    ...cells,
    ...captions.flatMap((own, row) =>
      own.flatMap((lines, column) =>
        lines.map((text, index) =>
          textElement(text, {
            x: columnAt(column),
            y: rowAt(row) + cellHeight + captionLine * (index + 1),
            'font-size': captionSize,
          }),
        ),
      ),
    ),
    ...notes.map((text, index) =>
      textElement(text, { x: margin, y: bottom + 20 + index * line, 'font-size': labelSize, fill: '#333333' }),
    ),
  ]);
}
