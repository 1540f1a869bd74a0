// Image files of every kind give the same bytes as Pillow and torchvision (scripts/reference/images.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { centreBox, resizedSize, type Box, type Size } from '../../../../src/data/datasets/image-folder/crop-box.js';
import { decodePart } from '../../../../src/data/datasets/image-folder/decode.js';
import { readImageFile } from '../../../../src/data/datasets/image-folder/image-file.js';
import { boxGeometry, centreGeometry, type Geometry } from '../../../../src/data/datasets/image-folder/geometry.js';
import { loadFastJpeg, type DecodeJpeg } from '../../../../src/data/datasets/image-folder/fast-jpeg.js';
import { makeImage } from '../../../../src/data/datasets/image-folder/make-image.js';
import { createResampler } from '../../../../src/data/datasets/image-folder/resample.js';
import { projectRoot } from '../../../config/support.js';

interface Case {
  readonly file: string;
  readonly box?: Box;
  readonly resize?: number;
  readonly centre?: number;
  readonly height: number;
  readonly width: number;
  readonly offset: number;
}

const folder = join(projectRoot, 'test/fixtures/images');
const { cases, broken } = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as {
  readonly cases: readonly Case[];
  readonly broken: readonly string[];
};
const reference = readFileSync(join(folder, 'reference.bin'));

const resampler = createResampler();

async function made({ file, box, resize, height, width }: Case, decode?: DecodeJpeg): Promise<Uint8Array> {
  const geometryOf = (image: Size): Geometry => {
    if (resize !== undefined) return centreGeometry(image, resize, height);
    return boxGeometry(box ?? { top: 0, left: 0, height: image.height, width: image.width }, { height, width });
  };
  let pixels = new Uint8Array(0);
  await makeImage(join(folder, file), geometryOf, { resampler, decode }, (made) => (pixels = made.slice()));
  return pixels;
}

function nameOf({ file, box, resize }: Case): string {
  if (box !== undefined) return `${file}, box ${Object.values(box).join(' ')}`;
  return resize === undefined ? `${file}, whole` : `${file}, centre of ${resize}`;
}

describe('image files', () => {
  it.each(cases.map((each) => [nameOf(each), each] as const))('%s', async (_, each) => {
    const expected = reference.subarray(each.offset, each.offset + each.height * each.width * 3);
    const differing = (await made(each)).findIndex((byte, index) => byte !== expected[index]);
    expect(differing).toBe(-1);
  });

  const jpegs = cases.filter(({ file }) => !/cmyk|png/i.test(file));
  it.each(jpegs.map((each) => [nameOf(each), each] as const))('%s, decoded fast', async (_, each) => {
    const expected = reference.subarray(each.offset, each.offset + each.height * each.width * 3);
    const errors = (await made(each, loadFastJpeg())).map((byte, index) => Math.abs(byte - expected[index]));
    // Saturated colours as in these drawings differ by up to 10 levels, photographs far less.
    expect(Math.max(...errors)).toBeLessThanOrEqual(10);
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(1.5);
  });

  it('cover every kind', () => {
    expect(cases.length).toBeGreaterThan(40);
    expect(new Set(cases.map(({ file }) => file)).size).toBe(17);
  });
});

describe('broken files', () => {
  const reasons: Record<string, RegExp> = {
    'cut-off.jpg': /: (premature end|.*truncated)/i,
    'cut-off-in-header.jpg': /: it is cut off within its header$/,
    'cut-off.png': /: \S/,
    'damaged.png': /: \S/,
    'text.jpg': /: it is plain text that starts with ".*"; supported formats are JPEG, PNG, WebP, AVIF, TIFF and GIF$/,
    'empty.jpg': /: it is empty$/,
  };

  it.each(broken)('%s is an error that says why, whatever the part', async (file) => {
    for (const share of [1, 0.2]) {
      const read = async (): Promise<unknown> => {
        const { bytes, header } = readImageFile(join(folder, file));
        if (header === undefined) throw new Error('it is decoded as a whole');
        const height = Math.ceil(header.height * share);
        return decodePart(bytes, header, { top: 0, left: 0, height, width: header.width });
      };
      const failed = expect(read()).rejects;
      if (reasons[file].source.endsWith('$')) await failed.toThrow(reasons[file]);
      else await failed.toThrow(/^[^\n]{5,80}$/);
    }
  });

  it('a file that is not there is one too', () => {
    expect(() => readImageFile(join(folder, 'none.jpg'))).toThrow(
      /^cannot read image .*none.jpg: there is no such file$/,
    );
  });
});

describe('the square for evaluation', () => {
  it('is cut where torchvision cuts it, halves rounded to even', () => {
    expect(centreBox({ height: 256, width: 341 }, 224)).toEqual({ top: 16, left: 58, height: 224, width: 224 });
    expect(centreBox({ height: 257, width: 259 }, 224)).toEqual({ top: 16, left: 18, height: 224, width: 224 });
    expect(resizedSize({ height: 375, width: 500 }, 256)).toEqual({ height: 256, width: 341 });
    expect(resizedSize({ height: 500, width: 375 }, 256)).toEqual({ height: 341, width: 256 });
  });
});
