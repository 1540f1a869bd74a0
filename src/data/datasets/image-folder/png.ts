// Encodes a picture as PNG.
import sharp from 'sharp';
import { markPng } from '../../../common/png-mark.js';

/** Encodes `width` x `height` RGB pixels, rows from the top. */
export async function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Buffer> {
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return markPng(png);
}
