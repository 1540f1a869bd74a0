// Verifying a folder decodes every image and reports the unreadable ones.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadImageFolder } from '../../../../src/data/datasets/image-folder/sources.js';
import { verifyImageFolder } from '../../../../src/data/datasets/image-folder/verify.js';
import { datasetOptions, type FolderOptions } from '../../../../src/data/options.js';
import { temporaryFolder } from '../../helpers.js';
import { cutInHalf, imageBytesOf, writeImages } from './support.js';

describe('verifyImageFolder', () => {
  it('counts, measures and lists what is broken, in the order of the paths', async () => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/a/1.jpg', 'train/a/2.png', 'train/b/1.JPEG', 'val/b/1.jpg']);
    await writeImages(root, ['train/b/0.jpg'], '');
    await writeFile(join(root, 'train/b/2.jpg'), await imageBytesOf('2.jpg', 1, 100, 50));
    await cutInHalf(join(root, 'train/a/1.jpg'));
    const seen: string[] = [];
    const report = await verifyImageFolder(root, (done, total) => seen.push(`${done}/${total}`));
    expect(seen).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
    expect(report).toMatchObject({ folder: root, classNames: ['a', 'b'] });
    const [train, val] = report.parts;
    expect(train).toMatchObject({ part: 'train', count: 5, classCounts: [2, 3] });
    expect([train.smallest, train.largest]).toEqual([
      [40, 30],
      [100, 50],
    ]);
    expect(train.broken).toEqual([
      { path: join(root, 'train/a/1.jpg'), reason: expect.stringMatching(/^\S[^\n]+$/) as string },
      { path: join(root, 'train/b/0.jpg'), reason: 'it is empty' },
    ]);
    expect(val).toMatchObject({ part: 'val', count: 1, classCounts: [0, 1], broken: [] });
  });

  it('finds the images that occur more than once', async () => {
    const root = await temporaryFolder();
    const [one, two, three] = await Promise.all([1, 2, 3].map((seed) => imageBytesOf('1.png', seed, 20, 20)));
    const files = {
      ...{ 'train/a/1.png': one, 'train/a/2.png': one, 'train/b/1.png': one, 'train/b/2.png': two },
      ...{ 'val/a/1.png': three, 'val/b/1.png': two, 'val/b/2.png': one },
    };
    await writeImages(root, Object.keys(files));
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, name), bytes);
    const { copies } = await verifyImageFolder(root, () => undefined);
    expect(copies).toEqual({
      inBothParts: [
        ['val/b/1.png', 'train/b/2.png'],
        ['val/b/2.png', 'train/a/1.png'],
      ],
      inOtherClasses: [['train/b/1.png', 'train/a/1.png']],
      repeated: 1,
    });
  });

  it('does not compare images that cannot be read', async () => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/a/1.jpg', 'val/a/1.jpg'], '');
    const { copies } = await verifyImageFolder(root, () => undefined);
    expect(copies).toEqual({ inBothParts: [], inOtherClasses: [], repeated: 0 });
  });

  it('gives the checksum that a run’s data has', async () => {
    const root = await temporaryFolder();
    await writeImages(root, ['train/a/1.jpg', 'train/b/1.jpg', 'val/1.jpg']);
    await writeFile(join(root, 'val.txt'), '1.jpg 1\n');
    const options = datasetOptions.parse({ name: 'imagenet' }) as FolderOptions;
    const { train, test } = await loadImageFolder(options, [root], await temporaryFolder(), Date.now);
    const { parts } = await verifyImageFolder(root, () => undefined);
    expect(parts.map(({ checksum }) => checksum)).toEqual([train.checksum, test.checksum]);
  });
});
