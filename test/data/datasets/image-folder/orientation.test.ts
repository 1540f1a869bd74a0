// The EXIF orientation in both byte orders and as numbers of 16 and 32 bits.
import { expect, it } from 'vitest';
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
  expect(exifOrientation(exifOf(order, bits, 9))).toBeUndefined();
});
