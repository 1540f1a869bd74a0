// Stored generators: loading returns what was saved; other files are refused.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { classFolder, generatorFile } from '../../src/gan/generator-files.js';
import { loadGenerator, loadGenerators, saveGenerator } from '../../src/gan/stored.js';
import { encodeSafetensors } from '../../src/records/safetensors.js';
import { test } from '../temporary-folder.js';
import { fresh, kinds, narrow } from './support.js';

describe('a generator in its file', () => {
  test.for(kinds)('comes back: %s', async (name, { folder }) => {
    const stored = fresh(narrow(name));
    await saveGenerator(join(folder, generatorFile), stored);
    const loaded = await loadGenerator(folder);
    expect(loaded.options).toEqual(stored.options);
    expect(loaded.values).toEqual(stored.values);
    expect(loaded).toMatchObject({ dataset: 'cifar10', classNames: ['cat', 'dog', 'frog'], trainedClasses: [0, 1, 2] });
    expect(loaded.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(await loadGenerator(join(folder, generatorFile))).toMatchObject({ checksum: loaded.checksum });
  });

  test('of each class is found, in the order of the labels, where it has a checkpoint', async ({ folder }) => {
    for (const label of [10, 2, 3]) mkdirSync(join(folder, classFolder(label)));
    for (const label of [10, 2]) {
      const classNames = Array.from({ length: 11 }, (_, each) => `class ${each}`);
      const stored = { ...fresh(narrow('wgan')), classNames, trainedClasses: [label] };
      await saveGenerator(join(folder, classFolder(label), generatorFile), stored);
    }
    const loaded = await loadGenerators(folder);
    expect(loaded.map(({ trainedClasses }) => trainedClasses)).toEqual([[2], [10]]);
  });

  test('is refused where there is none, or something else', async ({ folder }) => {
    const path = join(folder, generatorFile);
    await expect(loadGenerator(folder)).rejects.toThrow(`cannot read ${path}: no such file`);
    writeFileSync(path, Buffer.concat(encodeSafetensors([], { format: 'pt' })));
    await expect(loadGenerator(path)).rejects.toThrow(
      'cannot load the generator: the metadata of the file do not describe a generator',
    );
    const stored = fresh(narrow('wgan'));
    for (const trainedClasses of [[], [stored.classNames.length]]) {
      await saveGenerator(path, { ...stored, trainedClasses });
      await expect(loadGenerator(path)).rejects.toMatchObject({ code: 'generator/unusable' });
    }
    await saveGenerator(path, { ...stored, options: narrow('acgan') });
    await expect(loadGenerator(path)).rejects.toThrow(/cannot load the tensors: .* is not part of this network/);
  });
});
