// Unusual headers: stray bytes in a JPEG, other formats under an image's name.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePart } from '../../../../src/data/datasets/image-folder/decode.js';
import { readHeader } from '../../../../src/data/datasets/image-folder/header.js';
import { readImageFile } from '../../../../src/data/datasets/image-folder/image-file.js';
import { projectRoot } from '../../../config/support.js';
import { temporaryFolder } from '../../helpers.js';

const fixture = (file: string): Buffer => readFileSync(join(projectRoot, 'test/fixtures/images', file));

/** Offsets of the markers of a JPEG, from the first one after its start to that of its first scan. */
function markersOf(bytes: Buffer): number[] {
  const markers = [2];
  for (let at = 2; bytes[at + 1] !== 0xda; markers.push(at)) at += 2 + bytes.readUInt16BE(at + 2);
  return markers;
}

const inserted = (bytes: Buffer, at: number, stray: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), stray, bytes.subarray(at)]);

async function pixelsOf(bytes: Buffer): Promise<Uint8Array> {
  const header = readHeader(bytes);
  if (typeof header === 'string') throw new Error(header);
  const { width, height } = header;
  return (await decodePart(bytes, header, { top: 0, left: 0, width, height })).bytes;
}

describe('a JPEG with stray bytes before a marker', () => {
  const strays = {
    'a zero': Buffer.of(0),
    'any bytes': Buffer.from('abc \x01'),
    'fill bytes': Buffer.of(0xff, 0xff, 0xff),
    'a stuffed zero': Buffer.of(0xff, 0),
    'a restart marker': Buffer.of(0xff, 0xd3),
    'a comment of length 0': Buffer.of(0xff, 0xfe, 0, 0),
  };

  // For each of these, Pillow 12.3.0 returns the pixels of the file without them.
  it.each(Object.entries(strays))('%s: has the pixels that it has without them', async (_, stray) => {
    for (const file of ['rgb.jpg', 'progressive.jpeg', 'grey.JPEG', 'cmyk.JPEG']) {
      const bytes = fixture(file);
      const whole = await pixelsOf(bytes);
      const markers = markersOf(bytes);
      expect(markers.length).toBeGreaterThan(4);
      for (const at of [markers[0], markers[2], ...markers.slice(-1)])
        expect(await pixelsOf(inserted(bytes, at, stray))).toEqual(whole);
    }
  });

  it('is still cut off where its header ends early', () => {
    const bytes = inserted(fixture('rgb.jpg'), 20, Buffer.of(0));
    expect(readHeader(bytes.subarray(0, 60))).toBe('it is cut off within its header');
    expect(readHeader(Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(500)]))).toBe(
      'it is cut off within its header',
    );
  });
});

describe('a file of another format', () => {
  const others: Record<string, () => Buffer | Promise<Buffer>> = {
    'a BMP image': () => Buffer.concat([Buffer.from('BM\x46\0\0\0'), Buffer.alloc(64)]),
    'a web page': () => Buffer.from('\n<!DOCTYPE html><title>404</title>'),
    'an SVG or XML file': () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    'a Git LFS pointer instead of the file (`git lfs pull` downloads it)': () =>
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n'),
  };

  it.each(Object.entries(others))('%s: is named', async (name, make) => {
    const path = join(await temporaryFolder(), 'image.jpg');
    await writeFile(path, await make());
    expect(() => readImageFile(path)).toThrow(
      `cannot read image ${path}: it is ${name}; supported formats are JPEG, PNG, WebP, AVIF, TIFF and GIF`,
    );
  });
});
