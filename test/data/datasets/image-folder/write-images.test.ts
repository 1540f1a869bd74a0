// Class names and folders that are refused when images are written into class folders.
import { readdir, symlink, writeFile } from 'node:fs/promises';
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

it('says why a folder cannot be written', async () => {
  const folder = await temporaryFolder();
  const reasonOf = async (name: string): Promise<string> =>
    writeImageFolder(randomDataset([0, 1], 1, 4, 4), {}, join(folder, name)).then(
      () => 'written',
      (error: unknown) => (error as Error).message,
    );
  await writeFile(join(folder, 'file'), '');
  // Nobody can enter a link to itself, not even root.
  await symlink('loop', join(folder, 'loop'));
  expect(await reasonOf('.')).toBe('cannot write the images: the folder exists and is not empty');
  expect(await reasonOf('file')).toBe('cannot write the images: a file of that name exists');
  expect(await reasonOf('loop')).toContain(`cannot read ${join(folder, 'loop')}: ELOOP`);
  expect(await reasonOf('x'.repeat(300))).toContain('ENAMETOOLONG');
});
