// A folder with some of a run's classes, for evaluation.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { hasNoTraining, loadClassFolders } from '../../../../src/data/datasets/image-folder/class-folders.js';
import { loadImageFolder } from '../../../../src/data/datasets/image-folder/sources.js';
import { nameAt } from '../../../../src/data/datasets/image-folder/packed-names.js';
import { identityOf } from '../../../../src/data/identity.js';
import { datasetOptions, type FolderOptions } from '../../../../src/data/options.js';
import { test } from '../../../temporary-folder.js';

const optionsOf = (dir: string): FolderOptions =>
  datasetOptions.parse({ name: 'image-folder', dir, imageSize: 32, resize: 40 }) as FolderOptions;

async function make(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), '');
  }
}

describe('loadClassFolders', () => {
  const classNames = ['red', 'green', 'blue'];

  test.for(['', 'val/', 'test/'])(
    'gives the images of the classes in %s, by the labels of the run',
    async (part, { folder }) => {
      await make(
        folder,
        ['blue/1.png', 'blue/more/2.png', 'red/3.jpg', 'red/notes.txt'].map((name) => part + name),
      );
      const { evaluation, evaluationName, data } = await loadClassFolders(optionsOf(folder), folder, classNames);
      expect([...evaluation.labels]).toEqual([0, 2, 2]);
      const { storage } = evaluation;
      if (storage.kind !== 'files') throw new Error(storage.kind);
      expect([0, 1, 2].map((index) => nameAt(storage.names, index))).toEqual(
        ['red/3.jpg', 'blue/1.png', 'blue/more/2.png'].map((name) => part + name),
      );
      expect(evaluation).toMatchObject({ classes: 3, classNames, count: 3, height: 32, part: 'test' });
      expect([evaluationName, data.testImages, data.trainImages]).toEqual(['test', 3, 0]);
    },
  );

  test.for(['', 'val/'])(
    'takes dataset.testSubset of the images in %s, where there are more',
    async (part, { folder }) => {
      const names = ['red', 'green', 'blue'].flatMap((name) => [1, 2, 3, 4].map((i) => `${part}${name}/${i}.png`));
      await make(folder, names);
      const load = (testSubset?: number) =>
        loadClassFolders({ ...optionsOf(folder), ...(testSubset && { testSubset }) }, folder, classNames);
      const { evaluation, data } = await load(6);
      expect([evaluation.count, [...evaluation.labels], data.testImages]).toEqual([6, [0, 0, 1, 1, 2, 2], 12]);
      expect([...(await load(6)).evaluation.positions!]).toEqual([...evaluation.positions!]);
      const whole = await load();
      expect((await load(13)).evaluation).toEqual(whole.evaluation);
      expect(whole.evaluation.count).toBe(12);
    },
  );

  test.for(['', 'train/'])('knows the training images of a run in %s again', async (prefix, { folder }) => {
    const names = ['blue/1.png', 'blue/more/2.png', 'blue/more.png', 'green/1.png', 'red/3.jpg'];
    const data = join(folder, 'data');
    await make(
      data,
      names.map((name) => prefix + name),
    );
    await writeFile(join(data, prefix, 'blue/1.png'), 'of another size');
    const options = { ...optionsOf(data), validationFraction: 0.5 };
    const { train, test: evaluation } = await loadImageFolder(options, [data], join(folder, 'cache'), Date.now);
    const { trainingChecksums } = await loadClassFolders(options, join(data, prefix), train.classNames);
    expect(trainingChecksums).toContain(identityOf({ train, test: evaluation }).checksum.split('-')[0]);
    expect(trainingChecksums).toContain(train.checksum);
  });

  test('refuses folders of no class of the run, with both lists', async ({ folder }) => {
    await make(folder, ['blue/1.png', 'Red2/1.png']);
    await expect(loadClassFolders(optionsOf(folder), folder, classNames)).rejects.toMatchObject({
      message: `cannot use the images in ${folder}: no class of the run is called Red2`,
      hint: 'classes of the run: red, green, blue; folders: Red2, blue',
    });
  });

  test('refuses a folder whose name several classes have', async ({ folder }) => {
    await make(folder, ['crane/1.png', 'cat/1.png']);
    const load = (...names: string[]) => loadClassFolders(optionsOf(folder), folder, names);
    await expect(load('crane', 'cat', 'crane')).rejects.toMatchObject({
      message: `cannot use the images in ${folder}: several classes of the run are called crane`,
      place: join(folder, 'crane'),
    });
    await rm(join(folder, 'crane'), { recursive: true });
    expect([...(await load('crane', 'cat', 'crane')).evaluation.labels]).toEqual([1]);
  });

  test('refuses a folder without folders, and a class without images', async ({ folder }) => {
    await make(folder, ['1.png']);
    await expect(loadClassFolders(optionsOf(folder), folder, classNames)).rejects.toThrow(
      'it has no folders of classes',
    );
    await rm(join(folder, '1.png'));
    await make(folder, ['red/notes.txt']);
    await expect(loadClassFolders(optionsOf(folder), folder, classNames)).rejects.toThrow('there is no image in it');
  });

  test('says once what is passed over in all folders, and refuses images beside them', async ({ folder }) => {
    await make(folder, ['red/1.png', 'red/a.txt', 'blue/1.png', 'blue/b.txt', 'blue/c.bmp', 'list.csv']);
    const { notes } = await loadClassFolders(optionsOf(folder), folder, classNames);
    expect(notes).toEqual([
      expect.stringMatching(/^skipped image files: 1 \.bmp;/),
      'skipped files that are not images: 1 .csv, 2 .txt',
    ]);
    await make(folder, ['loose.png']);
    await expect(loadClassFolders(optionsOf(folder), folder, classNames)).rejects.toMatchObject({
      message: `cannot use the images in ${folder}: an image is next to the class folders`,
      place: join(folder, 'loose.png'),
    });
  });

  test('is for folders without train/', async ({ folder }) => {
    await make(folder, ['red/1.png']);
    expect(await hasNoTraining(folder)).toBe(true);
    await make(folder, ['train/red/1.png']);
    expect(await hasNoTraining(folder)).toBe(false);
    expect(await hasNoTraining(join(folder, 'none'))).toBe(false);
  });
});
