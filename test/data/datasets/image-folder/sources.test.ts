// A folder of images as the training and test images of a data set.
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nameAt } from '../../../../src/data/datasets/image-folder/packed-names.js';
import { loadImageFolder, locateImageFolder } from '../../../../src/data/datasets/image-folder/sources.js';
import { datasetShape } from '../../../../src/data/registry.js';
import { datasetOptions, type FolderOptions } from '../../../../src/data/options.js';
import type { ImageSource } from '../../../../src/data/source.js';
import { buildSplits } from '../../../../src/data/split.js';
import { temporaryFolder } from '../../helpers.js';
import { writeImages } from './support.js';

const files = ['train/a/1.jpg', 'train/a/2.jpg', 'train/b/ü.jpg', 'val/b/3.jpg'];
const options = (changes: object = {}) => datasetOptions.parse({ name: 'imagenet', ...changes }) as FolderOptions;
const load = async (root: string, changes?: object) =>
  loadImageFolder(options(changes), [root], await temporaryFolder(), Date.now);

function pathsOf({ storage, count, positions }: ImageSource): string[] {
  if (storage.kind !== 'files') throw new Error('not files');
  return Array.from({ length: count }, (_, index) => nameAt(storage.names, positions?.[index] ?? index));
}

describe('an image folder', () => {
  it('is two parts with labels by the folders’ order', async () => {
    const root = await temporaryFolder();
    await writeImages(root, files, 'image');
    const { train, test } = await load(root);
    expect(train).toMatchObject({ name: 'imagenet', part: 'train', classNames: ['a', 'b'], classes: 2, count: 3 });
    expect([...train.labels]).toEqual([0, 0, 1]);
    expect(pathsOf(train)).toEqual(files.slice(0, 3));
    expect([...test.labels]).toEqual([1]);
    expect(pathsOf(test)).toEqual(['val/b/3.jpg']);
    const levels = (shares: readonly number[]): number[] => shares.map((share) => 255 * share);
    expect([train.height, train.width]).toEqual([224, 224]);
    expect(train.mean).toEqual(levels([0.485, 0.456, 0.406]));
    expect(train.std).toEqual(levels([0.229, 0.224, 0.225]));
    expect([test.mean, test.std]).toEqual([train.mean, train.std]);
  });

  it('has a checksum that changes with names and classes, not with the folder', async () => {
    const sums: (string | undefined)[] = [];
    for (const last of ['train/b/1.jpg', 'train/b/1.jpg', 'train/b/2.jpg', 'train/c/1.jpg']) {
      const root = await temporaryFolder();
      await writeImages(root, ['train/a/1.jpg', 'val/a/1.jpg', last], 'image');
      sums.push((await load(root)).train.checksum);
    }
    expect(sums[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(sums).size).toBe(3);
  });

  it('has a digest that changes with the size of an image also where all names stay', async () => {
    const digests: (string | undefined)[] = [];
    for (const content of ['image', 'image', 'another image']) {
      const root = await temporaryFolder();
      await writeImages(root, files, 'image');
      await writeFile(join(root, files[1]), content);
      const { train, test } = await load(root);
      expect(test.digest).not.toBe(train.digest);
      digests.push(train.digest);
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('is split as any other set is', async () => {
    const root = await temporaryFolder();
    const images = ['a', 'b'].flatMap((name) => [1, 2, 3, 4].map((i) => `train/${name}/${i}.jpg`));
    await writeImages(root, [...images, 'val/a/1.jpg'], 'image');
    const { train, test } = await load(root);
    const splits = buildSplits({ holdout: 2, subset: 4 }, train, test);
    const used = [...pathsOf(splits.train), ...pathsOf(splits.evaluation)];
    expect(new Set(used).size).toBe(6);
    for (const part of [splits.train, splits.evaluation]) {
      expect(pathsOf(part).map((path) => 'ab'.indexOf(path[6]))).toEqual([...part.labels]);
      expect(part.labels.filter((label) => label === 0)).toHaveLength(part.count / 2);
    }
  });

  it('must have as many classes as the config says, where it says so', async () => {
    const root = await temporaryFolder();
    await writeImages(root, files, 'image');
    expect((await load(root, { classes: 2 })).train.classes).toBe(2);
    await expect(load(root, { classes: 1000 })).rejects.toMatchObject({
      kind: 'usage',
      message: `cannot use the images in ${root}: train/ has 2 classes, dataset.classes is 1000`,
    });
  });

  it('may have no images to evaluate on where some are held out', async () => {
    const root = await temporaryFolder();
    await writeImages(
      root,
      ['a', 'b'].flatMap((name) => [1, 2, 3].map((i) => `train/${name}/${i}.jpg`)),
      'image',
    );
    for (const folder of [root, join(root, 'train')]) {
      const { train, test } = await load(folder, { name: 'image-folder', dir: 'd', holdout: 2 });
      expect([train.count, test.count, test.classNames]).toEqual([6, 0, ['a', 'b']]);
      expect(buildSplits({ holdout: 2 }, train, test).evaluation.count).toBe(2);
      const { evaluation, evaluationName } = buildSplits({ holdout: 0, validationFraction: 0.4 }, train, test);
      expect([[...evaluation.labels], evaluationName]).toEqual([[0, 1], 'holdout']);
    }
    await expect(load(root)).rejects.toMatchObject({
      kind: 'usage',
      message: `cannot use the images in ${root}: there are no evaluation images: no val/, valid/, validation/ or test/`,
      hint: 'dataset.validationFraction: 0.2 holds out a fifth of each class, dataset.holdout: N holds out N images',
    });
    await expect(load(join(root, 'train'), { name: 'image-folder', dir: 'd' })).rejects.toMatchObject({
      hint: expect.stringContaining(`set dataset.dir to ${root}`) as string,
    });
  });

  it.each([['test/1.jpg', 'test/2.jpg'], ['test/images/1.jpg']])(
    'does not use a test/ without labels, as of competitions (%s)',
    async (...images) => {
      const root = await temporaryFolder();
      const classes = ['a', 'b'].flatMap((name) => [1, 2, 3].map((image) => `train/${name}/${image}.jpg`));
      await writeImages(root, [...classes, ...images], 'image');
      const cache = await temporaryFolder();
      // An hour later, so that the index is stored.
      const loadLater = (changes?: object) =>
        loadImageFolder(options(changes), [root], cache, () => Date.now() + 3_600_000);
      const { test, notes } = await loadLater({ validationFraction: 0.3 });
      expect(test.count).toBe(0);
      expect(notes).toEqual(['test/ is not used: its images are not in class folders, and there is no label file']);
      await expect(loadLater()).rejects.toMatchObject({
        message: `cannot use the images in ${root}: there are no evaluation images: no val/, valid/ or validation/, and those in test/ have no labels`,
        hint: expect.stringContaining('dataset.validationFraction: 0.2') as string,
      });
      // Labels that come later are noticed.
      await writeFile(join(root, 'val.txt'), images.map((image) => `${basename(image)} b\n`).join(''));
      expect([...(await loadLater()).test.labels]).toEqual(images.map(() => 1));
    },
  );

  it.each([
    [['Training/a/1.jpg'], 'DIR/Training must be renamed to train'],
    [['train_images/a/1.jpg'], 'DIR/train_images must be renamed to train'],
    [
      ['cifar-10-batches-py/data_batch_1', 'cifar-10-batches-py/batches.meta'],
      'DIR/cifar-10-batches-py is CIFAR-10 for Python: `dataset.name: cifar10` reads its binary files',
    ],
    [['train', 'test', 'meta'], 'DIR is CIFAR-100 for Python: `dataset.name: cifar100` reads its binary files'],
    [['photos/1.jpg'], 'DIR has images of only one class, photos: at least two are needed, DIR/CLASS/IMAGE'],
    [['1.jpg', '2.jpg'], 'DIR contains images directly: each class needs a folder, DIR/CLASS/IMAGE'],
    [['photos/notes.txt'], 'DIR has no folders with images: expected DIR/CLASS/IMAGE or DIR/train/CLASS/IMAGE'],
  ])('without a train/, but with %j, is said what it is', async (names, hint) => {
    const root = await temporaryFolder();
    await writeImages(root, names, 'image');
    const expected = hint.startsWith('DIR') ? hint.replace('DIR', root) : hint;
    await expect(locateImageFolder('image-folder', [root])).rejects.toMatchObject({
      message: 'cannot find the images: no searched folder contains train/',
      hint: expected,
    });
  });

  it.each([
    ['beside the folders of classes', 'README'],
    ['in a folder of a class', 'a/notes'],
  ])('a folder of class folders is found where a link to nowhere is %s', async (_, link) => {
    const dir = await temporaryFolder();
    await writeImages(dir, ['a/1.jpg', 'b/1.jpg', 'c/1.jpg'], 'image');
    await symlink('/gone', join(dir, link));
    expect(await locateImageFolder('image-folder', [dir])).toBe(dir);
    await expect(load(dir, { name: 'image-folder', dir, holdout: 1 })).rejects.toMatchObject({
      code: 'data/layout',
      place: join(dir, link),
    });
  });

  it.each([
    ['image-folder', 'train'],
    ['image-folder', '.'],
    ['imagenet', 'train'],
    ['imagenet', 'imagenet'],
  ] as const)('%s: a folder that cannot be entered is not called missing (%s)', async (name, link) => {
    const root = join(await temporaryFolder(), 'images');
    // Nobody can enter a link to itself, not even root.
    if (link === '.') await symlink('images', root);
    else {
      await mkdir(root);
      await symlink(link, join(root, link));
    }
    await expect(locateImageFolder(name, [root])).rejects.toMatchObject({
      code: 'file/read',
      message: expect.stringContaining('ELOOP') as string,
    });
  });

  it('tells its number of classes without reading images, where it is found', async () => {
    const [root, home] = [await temporaryFolder(), await temporaryFolder()];
    await writeImages(root, ['train/a/1.jpg', 'train/b/1.jpg', 'train/c/1.jpg'], 'image');
    const places = { environment: { ISDA_HOME: home }, workingDirectory: root, now: Date.now };
    const classesOf = async (own: object, at?: typeof places): Promise<number> =>
      (await datasetShape(datasetOptions.parse(own), at)).classes;
    expect(await classesOf({ name: 'image-folder', dir: '.' }, places)).toBe(3);
    expect(await classesOf({ name: 'imagenet', dir: root }, places)).toBe(3);
    expect(await classesOf({ name: 'imagenet', dir: 'none' }, places)).toBe(1000);
    expect(await classesOf({ name: 'imagenet' })).toBe(1000);
    expect(await classesOf({ name: 'image-folder', dir: 'none', classes: 7 }, places)).toBe(7);
    await expect(classesOf({ name: 'image-folder', dir: 'none' }, places)).rejects.toMatchObject({
      kind: 'usage',
      place: `looked in ${join(root, 'none')}`,
    });
  });

  it('is looked for in every place, ImageNet also in the folder imagenet of it', async () => {
    const [empty, root] = [await temporaryFolder(), await temporaryFolder()];
    await writeImages(root, ['imagenet/train/a/1.jpg'], 'image');
    expect(await locateImageFolder('imagenet', [empty, root])).toBe(join(root, 'imagenet'));
    await expect(locateImageFolder('image-folder', [empty, root])).rejects.toMatchObject({
      message: 'cannot find the images: no searched folder contains train/',
      place: `looked in ${empty}\nlooked in ${root}`,
    });
    await rename(join(root, 'imagenet/train'), join(root, 'train'));
    expect(await locateImageFolder('imagenet', [root])).toBe(root);
  });
});
