// How often a start lists the folders of classes, which is slow on a network disk.
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { datasetOptions, type FolderOptions } from '../../../../src/data/options.js';
import { loadImageFolder } from '../../../../src/data/datasets/image-folder/sources.js';
import { test } from '../../../temporary-folder.js';
import { writeImages } from './support.js';

const listed: string[] = [];
const { readdir } = files;

beforeAll(() => {
  const counted = (path: string, ...more: []) => {
    listed.push(String(path));
    return readdir(path, ...more);
  };
  Object.assign(files, { readdir: counted });
  syncBuiltinESMExports();
});

afterAll(() => {
  Object.assign(files, { readdir });
  syncBuiltinESMExports();
});

beforeEach(() => {
  listed.length = 0;
});

const options = datasetOptions.parse({ name: 'image-folder', dir: '.', holdout: 2 }) as FolderOptions;
const classes = Array.from({ length: 8 }, (_, index) => `class-${index}`);

test('a folder of classes alone is listed once, and a few of them to know it as one', async ({ folder }) => {
  const root = join(folder, 'images');
  await writeImages(
    root,
    classes.map((name) => join(name, 'a.jpg')),
    'image',
  );
  const later = Date.now() + 60_000;
  const load = () => loadImageFolder(options, [root], join(folder, 'cache'), () => later);
  await load();
  const times = (name: string): number => listed.filter((path) => basename(path) === name).length;
  expect(classes.slice(2).map(times)).toEqual([1, 1, 1, 1, 1, 1]);
  listed.length = 0;
  // From the index that is now stored.
  await load();
  expect(classes.slice(2).map(times)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(classes.slice(0, 2).map(times)).toEqual([1, 1]);
});

test('a class without images is named, also in a folder of classes alone', async ({ folder }) => {
  await writeImages(
    folder,
    classes.map((name) => join(name, name === 'class-5' ? 'a.txt' : 'a.jpg')),
    'image',
  );
  await expect(loadImageFolder(options, [folder], join(folder, 'cache'), Date.now)).rejects.toThrow(
    'the class class-5 has no images',
  );
});
