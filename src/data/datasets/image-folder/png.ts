// Encodes a picture as PNG.
import sharp from 'sharp';

/** The PNG of `width` x `height` RGB pixels, rows from the top. */
export function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
