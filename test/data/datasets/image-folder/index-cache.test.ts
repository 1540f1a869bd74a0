// The stored index: used while nothing has changed, invalid after any change, and optional.
import { readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexFolder, newest, type FolderIndex } from '../../../../src/data/datasets/image-folder/index-cache.js';
import { temporaryFolder } from '../../helpers.js';
import { writeImages } from './support.js';

/** Simulates that the folder was last changed an hour before it is listed. */
const later = (): number => Date.now() + 3_600_000;

async function example(): Promise<{ root: string; cache: string; index: () => Promise<FolderIndex> }> {
  const root = await temporaryFolder();
  const cache = await temporaryFolder();
  await writeImages(root, ['train/a/1.jpg', 'train/b/1.jpg', 'val/1.jpg', 'val/2.jpg'], 'image');
  await writeFile(join(root, 'val.txt'), '1.jpg a\n2.jpg b\n');
  return { root, cache, index: () => indexFolder(root, cache, later) };
}

const changes: Record<string, (root: string) => Promise<unknown>> = {
  'an image more': (root) => writeFile(join(root, 'train/a/2.jpg'), 'image'),
  'an image less': async (root) => {
    await writeFile(join(root, 'train/a/2.jpg'), 'image');
    await rm(join(root, 'train/a/1.jpg'));
  },
  'an image renamed': (root) => rename(join(root, 'train/b/1.jpg'), join(root, 'train/b/3.jpg')),
  'a class more': (root) => writeImages(root, ['train/c/1.jpg'], 'image'),
  'a class renamed': async (root) => {
    await rename(join(root, 'train/b'), join(root, 'train/c'));
    await writeFile(join(root, 'val.txt'), '1.jpg a\n2.jpg c\n');
  },
  'a validation image more': async (root) => {
    await writeFile(join(root, 'val/3.jpg'), 'image');
    await writeFile(join(root, 'val.txt'), '1.jpg a\n2.jpg b\n3.jpg b\n');
  },
  'another label': (root) => writeFile(join(root, 'val.txt'), '1.jpg b\n2.jpg b\n'),
  'a preferred label file': (root) => writeFile(join(root, 'val_labels.txt'), '1.jpg b\n2.jpg b\n'),
  'an image more, with the folder’s time set back': async (root) => {
    await writeFile(join(root, 'train/a/2.jpg'), 'image');
    await utimes(join(root, 'train/a'), 1, 1);
  },
};

describe('the index of a folder', () => {
  it('is listed once, then read, with the same content', async () => {
    const { index, cache } = await example();
    const first = await index();
    const second = await index();
    expect([first.fresh, second.fresh]).toEqual([true, false]);
    expect({ ...second, fresh: true }).toEqual(first);
    expect(await readdir(join(cache, 'image-folders'))).toHaveLength(1);
  });

  it.each(Object.keys(changes))('is void after %s', async (name) => {
    const { root, index } = await example();
    await utimes(join(root, 'train/a'), 1, 1);
    const before = await index();
    await changes[name](root);
    const after = await index();
    expect(after.fresh).toBe(true);
    expect([after.train, after.val]).not.toEqual([before.train, before.val]);
    expect((await index()).fresh).toBe(false);
  });

  it('is not kept of a folder that changed a moment ago', async () => {
    const { root, cache } = await example();
    expect((await indexFolder(root, cache, Date.now)).fresh).toBe(true);
    expect(await readdir(cache)).toEqual([]);
  });

  it('may be damaged, or its place be one that cannot be written', async () => {
    const { root, cache, index } = await example();
    await index();
    const [file] = await readdir(join(cache, 'image-folders'));
    await writeFile(join(cache, 'image-folders', file), '{"format":1,');
    expect((await index()).fresh).toBe(true);
    expect((await index()).fresh).toBe(false);
    await writeFile(join(root, 'cache'), 'a file');
    expect((await indexFolder(root, join(root, 'cache'), later)).fresh).toBe(true);
  });
});

it('finds the newest change among hundreds of thousands of folders', () => {
  const marks = Array.from({ length: 300_000 }, (_, i): [string, string] => [`/class-${i}`, `${i} 7 1 4096`]);
  marks[123] = ['/class-123', '5 400000.5 1 4096'];
  expect(newest(marks)).toBe(400_000.5);
});
