// Listing a folder of images: classes, images, flat validation folders, and errors.
import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImageFile } from '../../../../src/data/datasets/image-folder/image-file.js';
import { scanFolder } from '../../../../src/data/datasets/image-folder/scan.js';
import type { Marked } from '../../../../src/data/datasets/image-folder/mark.js';
import { namesOf } from '../../../../src/data/datasets/image-folder/sources.js';
import { temporaryFolder } from '../../helpers.js';
import { writeImages } from './support.js';

const content = 'not looked at';

const pathsOf = (watched: readonly Marked[]): string[] => watched.map(([path]) => path);

describe('a folder of images', () => {
  it('has the classes of train/ in the order of their names, and images by their extension', async () => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/n02/b.JPEG', 'train/n02/a.jpg', 'train/n01/c.PNG', 'train/n01/d.jpeg'], content);
    await writeImages(root, ['train/n01/notes.txt', 'train/n01/.hidden.jpg', 'train/list.txt'], content);
    await writeImages(root, ['val/n02/v.jpg'], content);
    await symlink(join(root, 'train/n01'), join(root, 'train/n10'));
    const { train, val, watched } = await scanFolder(root);
    expect(train).toEqual({
      folder: 'train',
      flat: false,
      classes: [
        { name: 'n01', files: ['c.PNG', 'd.jpeg'] },
        { name: 'n02', files: ['a.jpg', 'b.JPEG'] },
        { name: 'n10', files: ['c.PNG', 'd.jpeg'] },
      ],
    });
    expect(val?.classes.map(({ files }) => files)).toEqual([[], ['v.jpg'], []]);
    const folders = ['train', 'train/n01', 'train/n02', 'train/n10', 'val', 'val/n02'];
    expect(pathsOf(watched)).toEqual(folders.map((folder) => join(root, folder)));
  });

  it.each([
    [
      'Kaggle',
      'LOC_val_solution.csv',
      'ImageId,PredictionString\nv_2,n02 1 2 3 4 n02 5 6 7 8 \nv_1,n01 85 1 499 272 \nv_3,n02 1 1 1 1\n',
    ],
    ['names and classes', 'val_labels.txt', 'v_1.JPEG n01\nv_2.JPEG n02\n\nv_3.JPEG n02\n'],
    ['Caffe', 'val/val.txt', 'v_1.JPEG 0\nv_2.JPEG 1\nv_3.JPEG 1'],
    ['TensorFlow', 'imagenet_2012_validation_synset_labels.txt', 'n01\r\nn02\r\nn02\r\n'],
  ])('takes the labels of a flat val/ from the file of %s', async (_, file, text) => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/n01/a.jpg', 'train/n02/a.jpg'], content);
    await writeImages(root, ['val/v_3.JPEG', 'val/v_1.JPEG', 'val/v_2.JPEG'], content);
    await writeFile(join(root, file), text);
    const { val, watched } = await scanFolder(root);
    expect(val?.flat).toBe(true);
    expect(val?.classes).toEqual([
      { name: 'n01', files: ['v_1.JPEG'] },
      { name: 'n02', files: ['v_2.JPEG', 'v_3.JPEG'] },
    ]);
    expect(pathsOf(watched)).toContain(join(root, file));
  });
});

const filesOf = async (root: string): Promise<unknown> =>
  (await scanFolder(root)).val?.classes.map(({ files }) => files);

describe('what is no regular file', () => {
  it.each(['train/n01/x.jpg', 'val/n02/y.PNG'])('is refused by its name: a named pipe %s', async (file) => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/n01/a.jpg', 'train/n02/a.jpg', 'val/n01/a.jpg', 'val/n02/a.jpg'], content);
    execFileSync('mkfifo', [join(root, file), join(root, 'train/n01/notes')]);
    await expect(scanFolder(root)).rejects.toMatchObject({
      code: 'data/layout',
      message: expect.stringContaining('a named pipe has the name of an image') as string,
      place: join(root, file),
    });
    await rm(join(root, file));
    // Links count as their targets.
    await symlink(join(root, 'train/n01/notes'), join(root, file));
    await expect(scanFolder(root)).rejects.toThrow('a named pipe has the name of an image');
    await rm(join(root, file));
    expect((await scanFolder(root)).train.classes.map(({ files }) => files)).toEqual([['a.jpg'], ['a.jpg']]);
    execFileSync('mkfifo', [join(root, file)]);
    expect(() => readImageFile(join(root, file))).toThrow('it is a named pipe');
  });

  it('takes .jpe and .jfif for JPEG', async () => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/n01/a.jpe', 'train/n02/a.JFIF', 'val/n01/a.jpg', 'val/n02/a.jpg'], content);
    const { train, notes } = await scanFolder(root);
    expect([train.classes.map(({ files }) => files), notes]).toEqual([[['a.jpe'], ['a.JFIF']], []]);
  });
});

describe('numbers in the labels of a flat val/', () => {
  const scan = async (classes: readonly string[], text: string, file = 'val.txt') => {
    const root = await temporaryFolder();
    const images = ['val/1.jpg', 'val/2.jpg', 'val/3.jpg'];
    await writeImages(root, [...classes.map((name) => `train/${name}/a.jpg`), ...images], content);
    await writeFile(join(root, file), text);
    return filesOf(root);
  };

  it('are positions, or names where all of them are', async () => {
    expect(await scan(['a', 'b', 'c'], '1.jpg 2\n2.jpg b\n3.jpg 0\n')).toEqual([['3.jpg'], ['2.jpg'], ['1.jpg']]);
    expect(await scan(['1', '2', '3'], '1.jpg 3\n2.jpg 2\n3.jpg 1\n')).toEqual([['3.jpg'], ['2.jpg'], ['1.jpg']]);
    expect(await scan(['1', '2', '3'], '1.jpg 2\n2.jpg 1\n3.jpg 0\n')).toEqual([['3.jpg'], ['2.jpg'], ['1.jpg']]);
    expect(await scan(['0', '1', '2'], '1.jpg 2\n2.jpg 1\n3.jpg 0\n')).toEqual([['3.jpg'], ['2.jpg'], ['1.jpg']]);
    expect(await scan(['01', '02'], '1.jpg 01\n2.jpg 01\n3.jpg 02\n')).toEqual([['1.jpg', '2.jpg'], ['3.jpg']]);
  });

  it('are refused where names and positions are of different classes', async () => {
    await expect(scan(['0', '1', '10', '2'], '1.jpg 0\n2.jpg 2\n3.jpg 1\n')).rejects.toMatchObject({
      message: expect.stringContaining('2 is the name of class 2 and the position (from 0) of class 10') as string,
      place: expect.stringMatching(/val\.txt:2$/) as string,
    });
    await expect(scan(['1', '2', '3'], '1.jpg 1\n2.jpg 2\n3.jpg 1\n')).rejects.toThrow(
      'is the name of class 1 and the position (from 0) of class 2',
    );
    // Neither all are names nor all are positions.
    await expect(scan(['1', '7'], '1.jpg 0\n2.jpg 7\n3.jpg 1\n')).rejects.toThrow('0 is not a class of train/');
    await expect(scan(['a', 'b', 'c'], '1.jpg 1\n2.jpg 2\n3.jpg 3\n')).rejects.toMatchObject({
      hint: 'a number is a position in the sorted class names, 0 … 2',
    });
  });

  it.each(['LOC_val_solution.csv', 'val.txt'])('are boxes of one class behind its name, in %s', async (file) => {
    const boxes = (first: string, second: string) =>
      `ImageId,PredictionString\n1,${first} 1 2 3 4 ${second} 5 6 7 8\n2,b 1 1 9 9\n3,c 0 0.5 1 1\n`;
    const text = (first: string, second: string): string =>
      boxes(first, second).slice(file.endsWith('.csv') ? 0 : boxes('', '').indexOf('\n') + 1);
    expect(await scan(['a', 'b', 'c'], text('a', 'a'), file)).toEqual([['1.jpg'], ['2.jpg'], ['3.jpg']]);
    await expect(scan(['a', 'b', 'c'], text('a', 'b'), file)).rejects.toThrow(
      'the line names the class a and b; an image has one class',
    );
    await expect(scan(['a', 'b', 'c'], text('a', 'gone'), file)).rejects.toThrow('the class a and gone');
  });
});

describe('the labels of a flat val/', () => {
  it.each([
    [
      'names that differ in their extension alone',
      ['1.jpeg', '1.jpg'],
      '1.jpg n01\n1.jpeg n02\n',
      [['1.jpg'], ['1.jpeg']],
    ],
    ['another extension than the image has', ['1.JPEG', '2.png'], '1.jpg n02\n2 n01\n', [['2.png'], ['1.JPEG']]],
    ['dots in names', ['a.b.jpg', 'a.jpg'], 'a.b n01\na n02\n', [['a.b.jpg'], ['a.jpg']]],
    ['the same line twice', ['1.jpg', '2.jpg'], '1.jpg n01\n2.jpg n02\n1.jpg n01\n', [['1.jpg'], ['2.jpg']]],
    [
      'blanks in names of images',
      ['my cat 1.jpg', 'my.jpg'],
      'my cat 1.jpg n01\nmy.jpg n02\n',
      [['my cat 1.jpg'], ['my.jpg']],
    ],
    ['paths', ['1.jpg', '2.jpg'], 'val/1.jpg n01\nval/2.jpg n02\n', [['1.jpg'], ['2.jpg']]],
    ['a byte order mark', ['1.jpg', '2.jpg'], '\uFEFF1.jpg n01\n2.jpg n02\n', [['1.jpg'], ['2.jpg']]],
  ])('may have %s', async (_, images, text, expected) => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/n01/a.jpg', 'train/n02/a.jpg', ...images.map((name) => `val/${name}`)], content);
    await writeFile(join(root, 'val.txt'), text);
    expect(await filesOf(root)).toEqual(expected);
  });

  it.each([
    ['beside images', 'val.txt', '1.jpg great dane\n2.jpg great\n3.jpg caf\u00e9 noir\n'],
    ['with commas', 'val.txt', '1.jpg,great dane\n2.jpg,great\n3.jpg,caf\u00e9 noir\n'],
    ['alone', 'imagenet_2012_validation_synset_labels.txt', 'great dane\ngreat\ncaf\u00e9 noir\n'],
  ])('may name classes with blanks and accents, %s', async (_, file, text) => {
    const root = await temporaryFolder();
    const classes = ['cafe\u0301 noir', 'great', 'great dane'];
    await writeImages(
      root,
      [...classes.map((name) => `train/${name}/a.jpg`), 'val/1.jpg', 'val/2.jpg', 'val/3.jpg'],
      content,
    );
    await writeFile(join(root, file), text);
    expect(await filesOf(root)).toEqual([['3.jpg'], ['2.jpg'], ['1.jpg']]);
  });
});

describe('a folder that is laid out otherwise', () => {
  const train = ['train/n01/a.jpg', 'train/n02/a.jpg'];

  it('has the images in folders of a class too, its own first', async () => {
    const root = await temporaryFolder();
    const nested = ['train/n01/y/b.jpg', 'train/n01/x/z/d.jpg', 'train/n01/x/c.jpg'];
    await writeImages(root, [...train, ...nested, 'val/n01/a.jpg'], content);
    const scan = await scanFolder(root);
    expect(scan.train.classes[0].files).toEqual(['a.jpg', 'x/c.jpg', 'x/z/d.jpg', 'y/b.jpg']);
    expect(namesOf(scan.train)[2]).toBe('train/n01/x/z/d.jpg');
    expect(pathsOf(scan.watched)).toContain(join(root, 'train/n01/x/z'));
  });

  it.each(['valid', 'validation', 'test'])('may call its val/ %s/', async (folder) => {
    const root = await temporaryFolder();
    await writeImages(root, [...train, `${folder}/n02/v.jpg`], content);
    const { val, watched } = await scanFolder(root);
    expect(namesOf(val!)).toEqual([`${folder}/n02/v.jpg`]);
    expect(pathsOf(watched)).toContain(root);
    await writeImages(root, ['val/n01/v.jpg'], content);
    expect(namesOf((await scanFolder(root)).val!)).toEqual(['val/n01/v.jpg']);
  });

  it('may have no val/, and folders of classes alone', async () => {
    const root = await temporaryFolder();
    await writeImages(root, train, content);
    const scan = await scanFolder(root);
    expect(scan.train.folder).toBe('train');
    expect(pathsOf(scan.watched)).toContain(root);
    expect(scan.val).toBeUndefined();
    const plain = await scanFolder(join(root, 'train'));
    expect(namesOf(plain.train)).toEqual(['n01/a.jpg', 'n02/a.jpg']);
    expect(plain.val).toBeUndefined();
  });

  it('may be that of Tiny-ImageNet', async () => {
    const root = await temporaryFolder();
    const files = ['train/n01/images/n01_0.JPEG', 'train/n02/images/n02_0.JPEG', 'test/images/test_0.JPEG'];
    await writeImages(root, [...files, 'val/images/val_0.JPEG', 'val/images/val_1.JPEG'], content);
    await writeFile(join(root, 'train/n01/n01_boxes.txt'), 'n01_0.JPEG\t0\t32\t44\t62\n');
    await writeFile(
      join(root, 'val/val_annotations.txt'),
      'val_0.JPEG\tn02\t0\t32\t44\t62\nval_1.JPEG\tn01\t5\t6\t7\t8\n',
    );
    const { train, val, notes } = await scanFolder(root);
    expect(namesOf(train)).toEqual(files.slice(0, 2));
    expect(namesOf(val!)).toEqual(['val/images/val_1.JPEG', 'val/images/val_0.JPEG']);
    expect(notes).toEqual(['skipped files that are not images: 1 .txt']);
  });

  it('takes two spellings of a name for one class', async () => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/caf\u00e9/a.jpg', 'train/tea/a.jpg', 'val/cafe\u0301/v.jpg'], content);
    const { val } = await scanFolder(root);
    expect(val?.classes.map(({ name, files }) => [name, files.length])).toEqual([
      ['caf\u00e9', 1],
      ['tea', 0],
    ]);
    expect(namesOf(val!)).toEqual(['val/cafe\u0301/v.jpg']);
  });

  it('says what it passes over: images of other formats, folders of systems', async () => {
    const root = await temporaryFolder();
    const thumbnails = ['train/@eaDir/n01/a.jpg', 'train/n01/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg', 'val/__MACOSX/x.jpg'];
    const others = ['train/n01/b.jp2', 'train/n02/c.JP2', 'val/d.bmp', 'train/n01/notes.txt', 'train/n02/README'];
    await writeImages(root, [...train, 'val/n01/a.jpg', ...thumbnails, ...others], content);
    const { train: found, notes } = await scanFolder(root);
    expect(namesOf(found)).toEqual(train);
    expect(notes).toEqual([
      'skipped image files: 1 .bmp, 2 .jp2; supported formats are JPEG, PNG, WebP, AVIF, TIFF and GIF',
      'skipped files that are not images: 1 .txt, 1 without an extension',
      'skipped system folders: 2 @eaDir, 1 __MACOSX',
    ]);
  });
});

describe('a folder that cannot be used', () => {
  const complete = ['train/n00/a.jpg', 'train/n01/a.jpg', 'val/n01/a.jpg'];
  const flat = ['train/n01/a.jpg', 'train/n02/a.jpg', 'val/v_1.JPEG', 'val/v_2.JPEG'];

  it.each([
    ['no train/', ['val/n01/a.jpg'], 'there is no such folder', 'train'],
    ['one class', ['train/n01/a.jpg', 'val/n01/a.jpg'], 'there is only one class, n01', 'train'],
    [
      'a class of images that are not read',
      [...complete, 'train/n02/a.jxl', 'train/n02/b.BMP'],
      'the class n02 has no images: its files are .jxl, .bmp',
      'train/n02',
    ],
    [
      'an image beside the classes',
      [...complete, 'train/a.jpg'],
      'an image is next to the class folders',
      'train/a.jpg',
    ],
    [
      'images beside the classes of val/',
      [...complete, 'val/b.png', 'val/a.jpg'],
      '2 images are next to the class folders',
      'val/a.jpg',
    ],
    [
      'a class in two spellings',
      [...complete, 'train/caf\u00e9/a.jpg', 'train/cafe\u0301/a.jpg'],
      'two folders have the name café in different Unicode normalizations',
      'train',
    ],
    ['a file called train', ['train'], 'a file is where a folder is expected', 'train'],
    ['a class without images', [...complete, 'train/n02/readme.txt'], 'the class n02 has no images', 'train/n02'],
    ['images without classes', ['train/a.jpg', ...complete.slice(2)], 'its images are not in class folders', 'train'],
    ['nothing in val/', [...complete.slice(0, 2), 'val/list.txt'], 'it is empty', 'val'],
  ])('%s', async (_, files, reason, place) => {
    const root = await temporaryFolder();
    await writeImages(root, files, content);
    const expected = { message: `cannot use the images in ${root}: ${reason}`, place: join(root, place) };
    await expect(scanFolder(root)).rejects.toMatchObject(expected);
  });

  it('classes that differ between the parts, with both lists', async () => {
    const root = await temporaryFolder();
    await writeImages(root, [...complete, 'val/n02/a.jpg', 'val/n03/a.jpg'], content);
    await expect(scanFolder(root)).rejects.toMatchObject({
      message: `cannot use the images in ${root}: the classes of val/ differ from those of train/: 2 are not in train/`,
      place: `${join(root, 'val')}\nonly in val/: n02, n03\nonly in train/: n00`,
    });
  });

  it.each([
    ['no file of labels', undefined, '', /there is no label file$/],
    ['an unknown class', 'val_labels.txt', 'v_1.JPEG n01\nv_2.JPEG n03\n', /n03 is not a class of train\/$/],
    ['an image without a label', 'val_labels.txt', 'v_1.JPEG n01\n', /it has no label for v_2.JPEG$/],
    ['too few lines', 'imagenet_2012_validation_synset_labels.txt', 'n01\n', /it has 1 lines for 2 images$/],
    ['a number that is too large', 'val.txt', 'v_1.JPEG 0\nv_2.JPEG 2\n', /2 is not a class of train\/$/],
    ['numbers alone', 'val.txt', '0\n1\n', /0 is not a class of train\/$/],
    ['two labels for an image', 'val.txt', 'v_1.JPEG n01\nv_1.JPEG n02\n', /v_1.JPEG has another label in line 1$/],
    ['both kinds of lines', 'val.txt', 'v_1.JPEG 0\nn02\n', /some lines name an image and some do not$/],
  ])('a flat val/ with %s', async (_, file, text, reason) => {
    const root = await temporaryFolder();
    await writeImages(root, flat, content);
    if (file !== undefined) await writeFile(join(root, file), text);
    await expect(scanFolder(root)).rejects.toThrow(reason);
  });

  it.each([
    ['train/owl', 'a class'],
    ['val/owl', 'a class of val/'],
    ['train/n01/more', 'a folder in a class'],
  ])('%s, a link to nowhere', async (link) => {
    const root = await temporaryFolder();
    await writeImages(root, complete, content);
    await symlink('/gone/owl', join(root, link));
    await expect(scanFolder(root)).rejects.toMatchObject({
      message: `cannot use the images in ${root}: a link points to /gone/owl, which does not exist`,
      place: join(root, link),
    });
  });

  it('a link to a folder above', async () => {
    const root = await temporaryFolder();
    await writeImages(root, complete, content);
    await symlink(join(root, 'train'), join(root, 'train/n01/again'));
    await expect(scanFolder(root)).rejects.toThrow('folders are nested over 16 deep');
  });

  it('two images that a label may mean', async () => {
    const root = await temporaryFolder();
    await writeImages(root, [...flat.slice(0, 2), 'val/1.jpg', 'val/1.jpeg'], content);
    await writeFile(join(root, 'val.txt'), '1 n01\n1 n02\n');
    await expect(scanFolder(root)).rejects.toThrow('1 may be 1.jpeg or 1.jpg');
  });

  it('that is missing altogether is said so', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'other'));
    await expect(scanFolder(join(root, 'none'))).rejects.toThrow('there is no such folder');
  });
});
