// A folder of images that changes while it is listed: the stored index must not outlive the change.
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { indexFolder } from '../../../../src/data/datasets/image-folder/index-cache.js';
import { scanFolder } from '../../../../src/data/datasets/image-folder/scan.js';
import { test } from '../../../temporary-folder.js';
import { writeImages } from './support.js';

/** By the path of a folder: called once, after it was listed. */
const changes = new Map<string, () => Promise<unknown>>();
const { readdir } = files;

beforeAll(() => {
  const changing = async (path: string, ...more: []) => {
    const entries = await readdir(path, ...more);
    const change = changes.get(String(path));
    changes.delete(String(path));
    await change?.();
    return entries;
  };
  Object.assign(files, { readdir: changing });
  syncBuiltinESMExports();
});

afterAll(() => {
  Object.assign(files, { readdir });
  syncBuiltinESMExports();
});

test.for([
  ['an image more', 'train/a', 'train/a/2.jpg'],
  ['a class more', 'train', 'train/c/1.jpg'],
] as const)('%s is found by the next run', async ([, folder, image], { folder: place }) => {
  const root = join(place, 'images');
  await writeImages(root, ['train/a/1.jpg', 'train/b/1.jpg', 'val/a/1.jpg'], 'image');
  changes.set(join(root, folder), () => writeImages(root, [image], 'image'));
  // The clock is ahead of the disk's, as it may be of a server's: its time does not tell that the change was just now.
  const later = Date.now() + 3_600_000;
  const index = () => indexFolder(root, join(place, 'cache'), () => later);
  await index();
  expect(changes.size).toBe(0);
  const { train } = await scanFolder(root);
  expect(await index()).toMatchObject({ fresh: true, train });
  expect(await index()).toMatchObject({ fresh: false, train });
});
