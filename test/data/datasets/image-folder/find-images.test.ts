// Finds all images below a folder.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { findImages } from '../../../../src/data/datasets/image-folder/find-images.js';
import { test } from '../../../temporary-folder.js';

describe('findImages', () => {
  test('lists images at any depth, and says what it passes over', async ({ folder }) => {
    await mkdir(join(folder, 'b', 'c'), { recursive: true });
    for (const name of ['z.png', 'a.JPG', 'notes.txt', 'b/1.jpeg', 'b/c/2.png', 'b/x.bmp', '.hidden.png'])
      await writeFile(join(folder, name), '');
    expect(await findImages(folder)).toEqual({
      files: ['a.JPG', 'z.png', 'b/1.jpeg', 'b/c/2.png'].map((name) => join(folder, name)),
      notes: [expect.stringContaining('1 .bmp') as string, 'skipped files that are not images: 1 .txt'],
    });
  });

  test('refuses a folder without images, none, and links in a circle', async ({ folder }) => {
    await expect(findImages(folder)).rejects.toThrow('there is no image in it');
    await expect(findImages(join(folder, 'none'))).rejects.toThrow('there is no such folder');
    await symlink(folder, join(folder, 'again'));
    await expect(findImages(folder)).rejects.toThrow('folders are nested over 16 deep');
  });
});
