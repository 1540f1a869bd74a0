// Reading image files: results depend only on (seed, epoch, index), in any order and thread; errors name the path.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../../src/common/random.js';
import { randomCropBox } from '../../../../src/data/datasets/image-folder/crop-box.js';
import { loadImageFolder } from '../../../../src/data/datasets/image-folder/sources.js';
import { createReader } from '../../../../src/data/create-reader.js';
import { augmentationOptions, folderAugmentation } from '../../../../src/data/augment/options.js';
import { datasetOptions, type FolderOptions } from '../../../../src/data/options.js';
import { BrokenImage, type ImageReader } from '../../../../src/data/reader.js';
import { selectImages, type ImageSource } from '../../../../src/data/source.js';
import { createMirror } from '../../../../src/data/augment/flip.js';
import { temporaryFolder } from '../../helpers.js';
import { copies, openSmall } from '../../loader/support.js';
import { cutInHalf, writeImages } from './support.js';

const side = 16;
const size = side * side * 3;
const classes = ['n01', 'n02', 'n03'];
const augmentation = (changes: object = {}) => augmentationOptions.parse({ ...folderAugmentation, ...changes });

interface Example {
  readonly root: string;
  readonly train: ImageSource;
  readonly test: ImageSource;
}

/** Five training images of each of three classes, 40 x 30 pixels, resized to 16 x 16. */
async function example(own: object = {}): Promise<Example> {
  const root = await temporaryFolder();
  await writeImages(
    root,
    classes.flatMap((name) => [1, 2, 3, 4, 5].map((i) => `train/${name}/${i}.jpg`)),
  );
  await writeImages(
    root,
    classes.flatMap((name) => [1, 2].map((i) => `val/${name}/${i}.png`)),
  );
  const options = datasetOptions.parse({ name: 'imagenet', imageSize: side, resize: 20, ...own }) as FolderOptions;
  return { root, ...(await loadImageFolder(options, [root], await temporaryFolder(), Date.now)) };
}

async function trained(reader: ImageReader, index: number, seed = 1, epoch = 1): Promise<Uint8Array> {
  const target = new Uint8Array(size + 4).fill(7);
  await reader.train(index, seed, epoch, target, 2);
  expect([...target.subarray(0, 2), ...target.subarray(-2)]).toEqual([7, 7, 7, 7]);
  return target.subarray(2, -2);
}

async function evaluated(reader: ImageReader, index: number): Promise<Uint8Array> {
  const target = new Uint8Array(size);
  await reader.evaluate(index, target, 0);
  return target;
}

describe('a reader of image files', () => {
  it('gives the same bytes for the same seed, epoch and index, one by one or all at a time', async () => {
    const { train } = await example();
    const reader = await createReader(train, augmentation());
    const positions = [...train.labels.keys()];
    const oneByOne: Uint8Array[] = [];
    for (const index of positions) oneByOne.push(await trained(reader, index));
    const other = await createReader(structuredClone(train), augmentation());
    expect(await Promise.all(positions.reverse().map((index) => trained(other, index)))).toEqual(oneByOne.reverse());
    const [first] = oneByOne;
    expect(await trained(reader, 14, 2)).not.toEqual(first);
    expect(await trained(reader, 14, 1, 2)).not.toEqual(first);
    expect(new Set(oneByOne.map((image) => image.join())).size).toBe(15);
  });

  it('mirrors half of the random crops, and the crops do not depend on that', async () => {
    const { train } = await example();
    const plain = await createReader(train, augmentation({ flip: false }));
    const flipping = await createReader(train, augmentation());
    const mirror = createMirror(train);
    let mirrored = 0;
    for (let epoch = 1; epoch <= 40; epoch++) {
      const [crop, image] = [await trained(plain, 3, 1, epoch), await trained(flipping, 3, 1, epoch)];
      const reversed = new Uint8Array(size);
      mirror(crop, 0, reversed, 0);
      const isMirrored = Buffer.compare(image, reversed) === 0;
      if (isMirrored) mirrored++;
      else expect(image).toEqual(crop);
    }
    expect(mirrored).toBeGreaterThan(8);
    expect(mirrored).toBeLessThan(32);
  });

  it('takes the part of the image that the draw says', async () => {
    const { train } = await example();
    const reader = await createReader(train, augmentation({ flip: false }));
    // Red increases by 3 per pixel to the right, blue by 2 per pixel downwards.
    const whole = await createReader(train, augmentation({ flip: false, randomResizedCrop: { scale: [1, 1] } }));
    const image = await trained(whole, 0);
    const at = (bytes: Uint8Array, channel: number): number =>
      bytes.reduce((sum, byte, i) => (i % 3 === channel ? sum + byte : sum), 0) / (side * side);
    for (let epoch = 1; epoch <= 10; epoch++) {
      const random = randomStream(1, 'crop', epoch, 0);
      const box = randomCropBox({ height: 30, width: 40 }, { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] }, random);
      const crop = await trained(reader, 0, 1, epoch);
      const centre = { x: box.left + box.width / 2 - 20, y: box.top + box.height / 2 - 15 };
      expect(Math.abs(at(crop, 0) - at(image, 0) - 3 * centre.x)).toBeLessThan(3);
      expect(Math.abs(at(crop, 2) - at(image, 2) - 2 * centre.y)).toBeLessThan(3);
    }
  });

  it('trains on the image as it is evaluated where the random crop is switched off', async () => {
    const { train } = await example({ decoding: 'exact' });
    const reader = await createReader(train, augmentation({ flip: false, randomResizedCrop: false }));
    expect(await trained(reader, 4)).toEqual(await evaluated(reader, 4));
    const holed = await createReader(
      train,
      augmentation({ flip: false, randomResizedCrop: false, cutout: { length: 4 } }),
    );
    const plain = await evaluated(holed, 4);
    const changed = (await trained(holed, 4)).filter((byte, i) => byte !== plain[i]).length;
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThanOrEqual(4 * 4 * 3);
  });

  it('decodes training images fast or exactly, the same parts of them', async () => {
    const [fast, exact] = [await example(), await example({ decoding: 'exact' })];
    const readers = [await createReader(fast.train, augmentation()), await createReader(exact.train, augmentation())];
    const [a, b] = await Promise.all(readers.map((reader) => trained(reader, 7)));
    const errors = a.map((byte, i) => Math.abs(byte - b[i]));
    expect(Math.max(...errors)).toBeLessThan(6);
    expect(errors.some((error) => error > 0)).toBe(true);
    expect(await evaluated(readers[0], 7)).toEqual(await evaluated(readers[1], 7));
  });

  it('reads what a selection selects', async () => {
    const { train } = await example();
    const all = await createReader(train, augmentation());
    const few = await createReader(selectImages(train, [12, 3]), augmentation());
    expect(await evaluated(few, 0)).toEqual(await evaluated(all, 12));
    expect(await evaluated(few, 1)).toEqual(await evaluated(all, 3));
    expect(few.describe(1)).toBe(all.describe(3));
  });

  it('names a broken file and what is wrong with it', async () => {
    const { root, train } = await example();
    const reader = await createReader(train, augmentation());
    const gone = join(root, 'train/n01/1.jpg');
    const cut = join(root, 'train/n01/2.jpg');
    await rm(gone);
    await cutInHalf(cut);
    expect(reader.describe(0)).toBe(gone);
    await expect(async () => reader.train(0, 1, 1, new Uint8Array(size), 0)).rejects.toThrow(
      new BrokenImage(gone, 'there is no such file'),
    );
    await expect(async () => reader.evaluate(1, new Uint8Array(size), 0)).rejects.toThrow(
      new RegExp(`^cannot read image ${cut}: \\S[^\\n]+$`),
    );
  });

  it('gives the same epochs with any number of workers, broken files passed over', async () => {
    const { root, train, test } = await example();
    await cutInHalf(join(root, 'train/n02/2.jpg'));
    const runs: unknown[] = [];
    for (const workers of [0, 1, 2, 4]) {
      const warnings: string[] = [];
      const sizes = { batchSize: 4, evaluationBatchSize: 5, epochs: 2, workers };
      const broken = { maxBroken: 1, warn: (line: string) => warnings.push(line) };
      const loader = await openSmall({ train, evaluation: test, augmentation: augmentation(), ...sizes, ...broken });
      const batches = [];
      for (const epoch of [1, 2]) {
        batches.push(await copies(loader.trainingBatches(epoch, 0)), await copies(loader.evaluationBatches()));
      }
      expect(batches[0].flatMap(({ labels }) => [...labels])).toHaveLength(15);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(join(root, 'train/n02/2.jpg'));
      runs.push(batches);
    }
    expect(runs.slice(1)).toEqual([runs[0], runs[0], runs[0]]);
  });
});
