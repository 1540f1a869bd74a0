// Pictures of generated images: rows with labels, as PNG.
import sharp from 'sharp';
import type { ImageGrid } from '../experiments/gan/pictures.js';
import { document, element, textElement } from './svg.js';

const side = 32;
const zoom = 2;
const gap = 2;
const fontSize = 13;
const titleHeight = 28;

/** A row of images as one PNG, each pixel as a square. */
async function rowPicture(images: Uint8Array): Promise<{ png: Buffer; columns: number }> {
  const imageBytes = side * side * 3;
  const columns = images.length / imageBytes;
  const cell = side * zoom + gap;
  const width = columns * cell - gap;
  const height = side * zoom;
  const pixels = new Uint8Array(width * height * 3).fill(255);
  for (let column = 0; column < columns; column++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < side * zoom; x++) {
        const from = column * imageBytes + (Math.floor(y / zoom) * side + Math.floor(x / zoom)) * 3;
        pixels.set(images.subarray(from, from + 3), (y * width + column * cell + x) * 3);
      }
    }
  }
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, columns };
}

/** Draws the grid as an SVG document with its images inside; labels stand before their rows. */
export async function imageGrid({ title, rows }: ImageGrid): Promise<string> {
  const pictures = await Promise.all(rows.map(({ images }) => rowPicture(images)));
  const labelWidth = Math.max(0, ...rows.map(({ label }) => label.length)) * fontSize * 0.62;
  const left = labelWidth === 0 ? gap : labelWidth + 12;
  const columns = Math.max(...pictures.map((picture) => picture.columns));
  const rowWidth = columns * (side * zoom + gap) - gap;
  const width = Math.ceil(Math.max(left + rowWidth + gap, title.length * fontSize * 0.62 + 16));
  const rowHeight = side * zoom + gap;
  const height = titleHeight + rows.length * rowHeight;
  const parts = rows.flatMap(({ label }, index) => {
    const y = titleHeight + index * rowHeight;
    const { png, columns: count } = pictures[index];
    const picture = element('image', {
      href: `data:image/png;base64,${png.toString('base64')}`,
      x: left,
      y,
      width: count * (side * zoom + gap) - gap,
      height: side * zoom,
    });
    const text = { x: left - 6, y: y + (side * zoom) / 2 + 4.5, 'text-anchor': 'end', fill: '#000000' };
    return label === '' ? [picture] : [textElement(label, text), picture];
  });
  return document(width, height, title, [textElement(title, { x: 8, y: 19, fill: '#000000' }), ...parts], {
    ground: '#ffffff',
  });
}

/** The PNG of an SVG document. */
export function renderPng(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).png().toBuffer();
}
