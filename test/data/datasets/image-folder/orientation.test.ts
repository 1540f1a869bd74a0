// The EXIF orientation in both byte orders and as numbers of 16 and 32 bits, and the orientation in XMP.
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeWhole } from '../../../../src/data/datasets/image-folder/decode.js';
import { readHeader } from '../../../../src/data/datasets/image-folder/header.js';
import { exifOrientation } from '../../../../src/data/datasets/image-folder/orientation.js';

/** EXIF data with one entry. */
function exifOf(order: 'II' | 'MM', bits: 16 | 32, value: number): Buffer {
  const exif = Buffer.alloc(6 + 26);
  const little = order === 'II';
  const short = (number: number, at: number) =>
    little ? exif.writeUInt16LE(number, 6 + at) : exif.writeUInt16BE(number, 6 + at);
  const long = (number: number, at: number) =>
    little ? exif.writeUInt32LE(number, 6 + at) : exif.writeUInt32BE(number, 6 + at);
  exif.write(`Exif\0\0${order}`, 'latin1');
  short(42, 2);
  long(8, 4);
  short(1, 8);
  short(0x0112, 10);
  short(bits === 16 ? 3 : 4, 12);
  long(1, 14);
  (bits === 16 ? short : long)(value, 18);
  return exif;
}

it.each([
  ['II', 16],
  ['MM', 16],
  ['II', 32],
  ['MM', 32],
] as const)('%s, %i bits', (order, bits) => {
  expect(exifOrientation(exifOf(order, bits, 6))).toBe(6);
  expect(exifOrientation(exifOf(order, bits, 9))).toBe(1);
});

const image = sharp({ create: { width: 4, height: 2, channels: 3, background: 'red' } });
const xmp = (orientation: number): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="${orientation}"/></x:xmpmeta>`;

/** A JPEG with these APP1 segments. */
async function jpegWith(...segments: readonly (string | Buffer)[]): Promise<Buffer> {
  const bytes = await image.jpeg().toBuffer();
  const parts = segments.flatMap((content) => {
    const head = Buffer.of(0xff, 0xe1, 0, 0);
    head.writeUInt16BE(2 + content.length, 2);
    return [head, Buffer.from(content)];
  });
  return Buffer.concat([bytes.subarray(0, 2), ...parts, bytes.subarray(2)]);
}

/** A PNG with one more chunk after its header. */
async function pngWith(kind: string, content: Buffer): Promise<Buffer> {
  const bytes = await image.png().toBuffer();
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length);
  head.write(kind, 4);
  return Buffer.concat([bytes.subarray(0, 33), head, content, Buffer.alloc(4), bytes.subarray(33)]);
}

const xap = (orientation: number): string => `http://ns.adobe.com/xap/1.0/\0${xmp(orientation)}`;
const hex = exifOf('II', 16, 6).toString('hex');
const raw = `\nexif\n  32\n${hex.slice(0, 20)}\n${hex.slice(20)}\n`;

// Expected: what Pillow's `ImageOps.exif_transpose` does.
it.each([
  ['a JPEG with XMP', jpegWith(xap(6)), 6],
  ['a JPEG with XMP that contradicts its EXIF', jpegWith(xap(6), exifOf('MM', 16, 3)), 3],
  ['a JPEG with XMP and an invalid EXIF orientation', jpegWith(exifOf('MM', 16, 9), xap(6)), undefined],
  ['a JPEG with an invalid orientation in XMP', jpegWith(xap(9)), undefined],
  ['a PNG with XMP', pngWith('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp(8)}`)), 8],
  [
    'a PNG with compressed XMP',
    pngWith('iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'), deflateSync(xmp(8))])),
    8,
  ],
  [
    'a PNG with EXIF as text',
    pngWith('zTXt', Buffer.concat([Buffer.from('Raw profile type exif\0\0'), deflateSync(raw)])),
    6,
  ],
  ['a PNG with damaged EXIF as text', pngWith('zTXt', Buffer.from('Raw profile type exif\0\0none')), undefined],
  ['a PNG with another text', pngWith('tEXt', Buffer.from(`Comment\0${xmp(8)}`)), undefined],
])('%s', async (_, bytes, orientation) => {
  const header = readHeader(await bytes);
  expect(header).toMatchObject({ width: 4, height: 2 });
  expect(header).toHaveProperty('complete', true);
  expect(typeof header === 'string' ? header : header.orientation).toBe(orientation);
});

it('a WebP with XMP', async () => {
  const bytes = await image.clone().webp().withXmp(xmp(6)).toBuffer();
  expect((await decodeWhole(bytes)).orientation).toBe(6);
});
