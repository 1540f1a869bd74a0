// WebP, AVIF, TIFF, GIF, deep and indexed PNGs and every EXIF orientation, compared with Pillow
// (scripts/reference/formats.py).
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { augmentationOptions, folderAugmentation } from '../../../../src/data/augment/options.js';
import type { Pixels } from '../../../../src/data/datasets/image-folder/pixels.js';
import { readImageFile } from '../../../../src/data/datasets/image-folder/image-file.js';
import { wholeImage } from '../../../../src/data/datasets/image-folder/make-image.js';
import { packNames } from '../../../../src/data/datasets/image-folder/packed-names.js';
import { createFileReader } from '../../../../src/data/datasets/image-folder/reader.js';
import type { ImageSource } from '../../../../src/data/source.js';
import { temporaryFolder } from '../../helpers.js';

const folder = fileURLToPath(new URL('../../../fixtures/formats/', import.meta.url));
interface Values {
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}
const { files } = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as {
  files: Readonly<Record<string, Values & { readonly turned?: Values }>>;
};

const rgbOf = ({ bytes, channels }: Pixels): Uint8Array =>
  channels === 3 ? bytes : Uint8Array.from({ length: 3 * bytes.length }, (_, i) => bytes[Math.floor(i / 3)]);

/** The largest difference from Pillow. Errors: another size. */
function difference(pixels: Pixels, { width, height, rgb }: Values): number {
  expect([pixels.width, pixels.height]).toEqual([width, height]);
  const expected = Buffer.from(rgb, 'base64');
  return Math.max(...rgbOf(pixels).map((value, index) => Math.abs(value - expected[index])));
}

// AVIF: two decoders convert from YCbCr with different rounding.
const allowed = (file: string): number => (file.endsWith('.avif') ? 1 : 0);
// Pillow rotates an AVIF only when asked; here its rotation, which is not EXIF, is always applied.
const plain = Object.entries(files).filter(([file]) => file !== 'turned-6.avif' && file !== 'turned-8.tiff');
const turned = Object.entries(files).flatMap(([file, { turned: values }]) =>
  values === undefined ? [] : [[file, values] as const],
);

describe('files are decoded as by Pillow', () => {
  it.each(plain)('%s', async (file, values) => {
    const pixels = await wholeImage(file, readImageFile(join(folder, file)), false);
    expect(difference(pixels, values)).toBeLessThanOrEqual(allowed(file));
  });

  it.each(turned)('%s, turned as EXIF says', async (file, values) => {
    const pixels = await wholeImage(file, readImageFile(join(folder, file)), true);
    expect(difference(pixels, values)).toBeLessThanOrEqual(allowed(file));
  });

  it('covers every format and orientation', () => {
    expect(plain.length).toBeGreaterThan(25);
    expect(turned.map(([file]) => file).filter((file) => file.endsWith('.jpg'))).toHaveLength(8);
  });
});

it.each(['mif1', 'msf1'])('an AVIF with the general brand %s is read, and an HEIC with it refused', async (brand) => {
  const bytes = readFileSync(join(folder, 'plain.avif'));
  bytes.write(brand, 8, 'latin1');
  const path = join(await temporaryFolder(), 'general.avif');
  await writeFile(path, bytes);
  expect(difference(await wholeImage(path, readImageFile(path), false), files['plain.avif'])).toBeLessThanOrEqual(1);
  bytes.write('heicmif1miafheic', 16, 'latin1');
  await writeFile(path, bytes);
  expect(() => readImageFile(path)).toThrow(/: it is a HEIF image; supported formats are/);
});

describe('channels beside the colours', () => {
  const [width, height] = [5, 4];
  const plane = (first: number): Buffer => Buffer.from(Array.from({ length: width * height }, (_, i) => first + 7 * i));
  /** A TIFF with some channels after those of `colours`. */
  async function tiffOf(colours: Buffer, channels: 1 | 3, further: readonly Buffer[]): Promise<string> {
    const path = join(await temporaryFolder(), 'channels.tif');
    await sharp(colours, { raw: { width, height, channels } })
      .joinChannel([...further], { raw: { width, height, channels: 1 } })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .tiff({ compression: 'none' })
      .toFile(path);
    return path;
  }

  it.each([1, 2])('%i after RGB are dropped, as by Pillow', async (count) => {
    const rgb = Buffer.from(Array.from({ length: 3 * width * height }, (_, i) => 4 * i));
    const path = await tiffOf(rgb, 3, [plane(90), plane(10)].slice(0, count));
    const pixels = await wholeImage(path, readImageFile(path), false);
    expect({ ...pixels, bytes: [...pixels.bytes] }).toEqual({ bytes: [...rgb], channels: 3, width, height });
  });

  it('several after grey are refused, as by Pillow', async () => {
    const path = await tiffOf(plane(0), 1, [plane(90), plane(10), plane(50)]);
    const reading = wholeImage(path, readImageFile(path), false);
    await expect(reading).rejects.toThrow(`cannot read image ${path}: its 4 channels are not grey, RGB or CMYK`);
  });
});

describe('a reader', () => {
  /** The squares for evaluation and training, 18 pixels high. */
  async function squaresOf(names: readonly string[], turns: boolean, decoding: 'fast' | 'exact' = 'exact') {
    const source: ImageSource = {
      name: 'image-folder',
      part: 'train',
      classNames: ['a'],
      classes: 1,
      count: names.length,
      labels: new Int32Array(names.length),
      height: 18,
      width: 18,
      channels: 3,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      storage: { kind: 'files', root: folder, names: packNames(names), resize: 18, decoding, turns },
    };
    const augmentation = augmentationOptions.parse({ ...folderAugmentation, flip: false, randomResizedCrop: false });
    const reader = createFileReader(
      source,
      source.storage as Extract<ImageSource['storage'], { kind: 'files' }>,
      augmentation,
    );
    const read = async (index: number) => {
      const [evaluated, trained] = [new Uint8Array(18 * 18 * 3), new Uint8Array(18 * 18 * 3)];
      await reader.evaluate(index, evaluated, 0);
      await reader.train(index, 1, 1, trained, 0);
      return { evaluated, trained };
    };
    return Promise.all(names.map((_, index) => read(index)));
  }

  it('turns images where it is asked to, those that are upright included', async () => {
    const [upright, asIs] = [
      await squaresOf(['turned-1.jpg', 'turned-6.jpg'], true),
      await squaresOf(['turned-1.jpg', 'turned-6.jpg'], false),
    ];
    expect(upright[0]).toEqual(asIs[0]);
    expect(upright[1].evaluated).toEqual(upright[1].trained);
    expect(asIs[1].evaluated).toEqual(asIs[0].evaluated);
    expect(upright[1].evaluated).not.toEqual(asIs[1].evaluated);
  });

  it('reads every format, for training with the fast decoder too', async () => {
    const names = ['lossless.webp', 'lzw.tif', 'two-pages.tiff', 'no-image-of-its-name.jpg'];
    const [first, ...others] = await squaresOf(names, true, 'fast');
    for (const other of others) expect(other).toEqual(first);
    expect(new Set(first.evaluated).size).toBeGreaterThan(50);
  });
});
