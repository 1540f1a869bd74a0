// Class names that cannot be folders, when images are written into class folders.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeImageFolder } from '../../../../src/data/datasets/image-folder/write-images.js';
import { randomDataset, temporaryFolder } from '../../helpers.js';

it.each([
  ['../escaped', 'the class name "../escaped" cannot be the name of a folder'],
  ['a/b', 'the class name "a/b" cannot be the name of a folder'],
  ['..', 'the class name ".." cannot be the name of a folder'],
  ['.hidden', 'the class name ".hidden" cannot be the name of a folder'],
  ['a\0b', 'the class name "a\\u0000b" cannot be the name of a folder'],
  ['', 'the class name "" cannot be the name of a folder'],
  ['cat', 'two classes are called "cat"'],
])('refuses the class name %j and writes nothing', async (name, reason) => {
  const folder = await temporaryFolder();
  const source = { ...randomDataset([0, 1], 1, 4, 4), classNames: ['cat', name] };
  await expect(writeImageFolder(source, {}, join(folder, 'out'))).rejects.toThrow(`cannot write the images: ${reason}`);
  expect(await readdir(folder)).toEqual([]);
});
