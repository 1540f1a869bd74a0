// Names that are not UTF-8 remain unchanged, from the listing to the worker threads.
import { mkdir, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReader } from '../../../../src/data/create-reader.js';
import { decodeName, filePath, nameBytes } from '../../../../src/data/datasets/image-folder/file-names.js';
import { nameAt, packNames } from '../../../../src/data/datasets/image-folder/packed-names.js';
import { loadImageFolder } from '../../../../src/data/datasets/image-folder/sources.js';
import { augmentationOptions } from '../../../../src/data/augment/options.js';
import { datasetOptions, type FolderOptions } from '../../../../src/data/options.js';
import { temporaryFolder } from '../../helpers.js';
import { copies, openSmall } from '../../loader/support.js';
import { imageBytesOf } from './support.js';

describe('a file name', () => {
  it('comes back with its bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (names) => {
        const decoded = names.map((bytes) => decodeName(Buffer.from(bytes)));
        decoded.forEach((name, index) => expect(new Uint8Array(nameBytes(name))).toEqual(names[index]));
        const packed = packNames(decoded);
        decoded.forEach((name, index) => expect(nameAt(packed, index)).toBe(name));
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
      }),
    );
  });

  it('is its text where it is UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeName(Buffer.from(text))).toBe(text);
        expect(filePath(text)).toBe(text);
      }),
    );
    expect(filePath(decodeName(Buffer.from('caf\xe9', 'latin1')))).toEqual(Buffer.from('caf\xe9', 'latin1'));
  });
});

it('classes and images with names in Latin-1 are read, in every thread', async () => {
  const root = await temporaryFolder();
  const cache = await temporaryFolder();
  const latin = (path: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
  for (const [seed, path] of [
    'train/caf\xe9/\xfc 1.jpg',
    'train/caf\xe9/2.jpg',
    'train/tea/1.jpg',
    'val/caf\xe9/\xe4.jpg',
  ].entries()) {
    await mkdir(latin(path.slice(0, path.lastIndexOf('/'))), { recursive: true });
    await writeFile(latin(path), await imageBytesOf('1.jpg', seed + 1));
  }
  const options = datasetOptions.parse({ name: 'image-folder', dir: root, imageSize: 8, resize: 9 }) as FolderOptions;
  const load = () => loadImageFolder(options, [root], cache, () => Date.now() + 3_600_000);
  const { train, test } = await load();
  expect(train.classNames).toEqual(['caf\udce9', 'tea']);
  expect([...train.labels]).toEqual([0, 0, 1]);
  const augmentation = augmentationOptions.parse({ padCrop: false });
  const reader = await createReader(test, augmentation);
  const target = new Uint8Array(8 * 8 * 3);
  await reader.evaluate(0, target, 0);
  expect(new Set(target).size).toBeGreaterThan(4);
  const again = await load();
  expect([again.train.checksum, again.test.checksum]).toEqual([train.checksum, test.checksum]);
  const sizes = { batchSize: 3, evaluationBatchSize: 1, epochs: 1, workers: 2 };
  const loader = await openSmall({ train: again.train, evaluation: again.test, augmentation, ...sizes });
  expect((await copies(loader.trainingBatches(1, 0)))[0].labels).toHaveLength(3);
});
