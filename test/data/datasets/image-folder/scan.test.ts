// Listing a folder of images: classes, images, flat validation folders, and what is wrong with a folder.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanFolder } from '../../../../src/data/datasets/image-folder/scan.js';
import { temporaryFolder } from '../../helpers.js';
import { writeImages } from './support.js';

const content = 'not looked at';

describe('a folder of images', () => {
  it('has the classes of train/ in the order of their names, and images by their extension', async () => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/n02/b.JPEG', 'train/n02/a.jpg', 'train/n01/c.PNG', 'train/n01/d.jpeg'], content);
    await writeImages(root, ['train/n01/notes.txt', 'train/n01/.hidden.jpg', 'train/list.txt'], content);
    await writeImages(root, ['val/n02/v.jpg'], content);
    await symlink(join(root, 'train/n01'), join(root, 'train/n10'));
    const { train, val, watched } = await scanFolder(root);
    expect(train).toEqual({
      flat: false,
      classes: [
        { name: 'n01', files: ['c.PNG', 'd.jpeg'] },
        { name: 'n02', files: ['a.jpg', 'b.JPEG'] },
        { name: 'n10', files: ['c.PNG', 'd.jpeg'] },
      ],
    });
    expect(val.classes.map(({ files }) => files)).toEqual([[], ['v.jpg'], []]);
    const folders = ['train', 'val', 'train/n01', 'train/n02', 'train/n10', 'val/n02'];
    expect(watched).toEqual(folders.map((folder) => join(root, folder)));
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
    expect(val.flat).toBe(true);
    expect(val.classes).toEqual([
      { name: 'n01', files: ['v_1.JPEG'] },
      { name: 'n02', files: ['v_2.JPEG', 'v_3.JPEG'] },
    ]);
    expect(watched).toContain(join(root, file));
  });
});

describe('a folder that cannot be used', () => {
  const complete = ['train/n01/a.jpg', 'val/n01/a.jpg'];
  const flat = ['train/n01/a.jpg', 'train/n02/a.jpg', 'val/v_1.JPEG', 'val/v_2.JPEG'];

  it.each([
    ['no train/', ['val/n01/a.jpg'], 'there is no such folder', 'train'],
    ['no val/', ['train/n01/a.jpg'], 'there is no such folder', 'val'],
    ['a file called train', ['train'], 'a file is where a folder is expected', 'train'],
    ['a class without images', [...complete, 'train/n02/readme.txt'], 'the class n02 has no images', 'train/n02'],
    [
      'images without classes',
      ['train/a.jpg', ...complete.slice(1)],
      'its images are not in folders of classes',
      'train',
    ],
    ['nothing in val/', ['train/n01/a.jpg', 'val/list.txt'], 'it is empty', 'val'],
    ['a class only in val/', [...complete, 'val/n02/a.jpg'], 'the class n02 is in val/ and not in train/', 'val/n02'],
  ])('%s', async (_, files, reason, place) => {
    const root = await temporaryFolder();
    await writeImages(root, files, content);
    const expected = { message: `cannot use the images in ${root}: ${reason}`, place: join(root, place) };
    await expect(scanFolder(root)).rejects.toMatchObject(expected);
  });

  it.each([
    ['no file of labels', undefined, '', /there is no file of their labels$/],
    ['an unknown class', 'val_labels.txt', 'v_1.JPEG n01\nv_2.JPEG n03\n', /n03 is not a class of train\/$/],
    ['an image without a label', 'val_labels.txt', 'v_1.JPEG n01\n', /it has no label for v_2.JPEG$/],
    ['too few lines', 'imagenet_2012_validation_synset_labels.txt', 'n01\n', /it has 1 lines for 2 images$/],
    ['a number that is too large', 'val.txt', 'v_1.JPEG 0\nv_2.JPEG 2\n', /2 is not a class of train\/$/],
    ['numbers alone', 'val.txt', '0\n1\n', /0 is not a class of train\/$/],
    ['both kinds of lines', 'val.txt', 'v_1.JPEG 0\nn02\n', /some lines name an image and some do not$/],
  ])('a flat val/ with %s', async (_, file, text, reason) => {
    const root = await temporaryFolder();
    await writeImages(root, flat, content);
    if (file !== undefined) await writeFile(join(root, file), text);
    await expect(scanFolder(root)).rejects.toThrow(reason);
  });

  it('that is missing altogether is said so', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'other'));
    await expect(scanFolder(join(root, 'none'))).rejects.toThrow('there is no such folder');
  });
});
