// The files of a generator, and their checksum.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { generatorChecksum, generatorFile, generatorFiles } from '../../src/gan/generator-files.js';
import { test } from '../temporary-folder.js';

const put = (folder: string, content: string): string => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, generatorFile);
  writeFileSync(path, content);
  return path;
};

test('the generators of a folder are its own, or those of its classes in order', ({ folder }) => {
  expect(generatorFiles(join(folder, 'none'))).toEqual([]);
  expect(generatorFiles(folder)).toEqual([]);
  expect(generatorChecksum(folder)).toBeUndefined();
  const classes = [10, 9, 0].map((label) => put(join(folder, `class-${label}`), String(label)));
  mkdirSync(join(folder, 'class-3'));
  expect(generatorFiles(folder)).toEqual(classes.toReversed());
  const own = put(folder, 'own');
  expect(generatorFiles(folder)).toEqual([own]);
  expect(generatorFiles(own)).toEqual([own]);
});

test('the checksum is that of the content, wherever it is', ({ folder }) => {
  put(join(folder, 'a'), 'one');
  put(join(folder, 'b'), 'one');
  // sha256sum of `one`.
  const expected = '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed';
  expect(generatorChecksum(join(folder, 'a'))).toBe(expected);
  expect(generatorChecksum(join(folder, 'b'))).toBe(expected);
  const perClass = (name: string, contents: readonly string[]): string | undefined => {
    contents.forEach((content, label) => put(join(folder, name, `class-${label}`), content));
    return generatorChecksum(join(folder, name));
  };
  const two = perClass('two', ['x', 'y']);
  expect(perClass('same', ['x', 'y'])).toBe(two);
  expect(new Set([two, perClass('swapped', ['y', 'x']), perClass('one', ['x'])]).size).toBe(3);
});
