// Makes folders of small images for the tests in this folder.
import { mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A small JPEG or PNG, by the extension; a gradient whose colour depends on the seed. */
export async function imageBytesOf(file: string, seed: number, width = 40, height = 30): Promise<Buffer> {
  const raw = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    raw[3 * i] = ((seed * 67) % 120) + (i % width) * 3;
    raw[3 * i + 1] = (seed * 131) % 256;
    raw[3 * i + 2] = ((seed * 29) % 150) + Math.floor(i / width) * 2;
  }
  const image = sharp(raw, { raw: { width, height, channels: 3 } });
  return /png$/i.test(file) ? image.png().toBuffer() : image.jpeg().toBuffer();
}

/** Cuts off the second half of a file. */
export async function cutInHalf(path: string): Promise<void> {
  await truncate(path, Math.floor((await stat(path)).size / 2));
}

/** Writes images, or other content if given, at paths relative to `root`. */
export async function writeImages(root: string, files: readonly string[], content?: string): Promise<void> {
  for (const [index, file] of files.entries()) {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content ?? (await imageBytesOf(file, index + 1)));
  }
}
