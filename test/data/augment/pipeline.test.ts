import { describe, expect, it } from 'vitest';
import { augmentationOptions } from '../../../src/data/augment/options.js';
import { createPipeline } from '../../../src/data/augment/pipeline.js';
import { createCrop } from '../../../src/data/augment/pad-crop.js';
import { createAutoAugment } from '../../../src/data/augment/autoaugment/autoaugment.js';
import { cifar10Policy } from '../../../src/data/augment/autoaugment/policy.js';
import { createHole } from '../../../src/data/augment/cutout.js';
import { createMirror } from '../../../src/data/augment/flip.js';
import { randomStream } from '../../../src/common/random.js';
import { randomDataset } from '../helpers.js';

const dataset = randomDataset([0, 1, 2, 3], 1);
const { images } = dataset.storage;
const standard = augmentationOptions.parse({});

function augmented(options: object, index: number, seed: number, epoch: number): Uint8Array {
  const target = new Uint8Array(3072 + 10);
  const random = randomStream(seed, 'augment', epoch, index);
  createPipeline(augmentationOptions.parse(options), dataset)(images, index * 3072, target, 5, random);
  return target.slice(5, -5);
}

describe('createPipeline', () => {
  it('without augmentation copies', () => {
    const image = augmented({ padCrop: false, flip: false }, 2, 1, 1);
    expect(image).toEqual(images.slice(2 * 3072, 3 * 3072));
  });

  it('crops, then flips, with one stream an image', () => {
    for (let index = 0; index < 4; index++) {
      const random = randomStream(9, 'augment', 4, index);
      const crop = new Uint8Array(3072);
      const [top, left] = [random.integer(9), random.integer(9)];
      createCrop({ padding: 4, mode: 'reflect' }, dataset)(images, index * 3072, crop, 0, top, left);
      let expected = crop;
      if (random.uniform() < 0.5) {
        expected = new Uint8Array(3072);
        createMirror(dataset)(crop, 0, expected, 0);
      }
      expect(augmented({}, index, 9, 4)).toEqual(expected);
    }
  });

  it('then applies AutoAugment and cuts the hole last, from the same stream', () => {
    const policy = createAutoAugment(cifar10Policy, dataset);
    const hole = createHole({ length: 8, fill: 'mean' }, dataset);
    for (let index = 0; index < 4; index++) {
      for (let epoch = 1; epoch <= 20; epoch++) {
        const random = randomStream(9, 'augment', epoch, index);
        let image = images.slice(index * 3072, (index + 1) * 3072);
        const apply = (change: (source: Uint8Array, target: Uint8Array) => void) => {
          const target = new Uint8Array(3072);
          change(image, target);
          image = target;
        };
        const [top, left] = [random.integer(9), random.integer(9)];
        const crop = createCrop({ padding: 4, mode: 'reflect' }, dataset);
        apply((source, target) => crop(source, 0, target, 0, top, left));
        if (random.uniform() < 0.5) apply((source, target) => createMirror(dataset)(source, 0, target, 0));
        apply((source, target) => policy(source, 0, target, 0, random));
        const [row, column] = [random.integer(32), random.integer(32)];
        apply((source, target) => hole(source, 0, target, 0, row, column));
        const made = augmented({ autoaugment: true, cutout: { length: 8 } }, index, 9, epoch);
        expect(Buffer.compare(made, image)).toBe(0);
      }
    }
  });

  it.each([
    ['the standard augmentation', standard],
    ['AutoAugment and Cutout', augmentationOptions.parse({ autoaugment: true, cutout: {} })],
  ])('with %s gives the same bytes whatever was made before, others for another seed, epoch or image', (_, options) => {
    const pipeline = createPipeline(options, dataset);
    const make = (index: number, seed: number, epoch: number) => {
      const target = new Uint8Array(3072);
      pipeline(images, index * 3072, target, 0, randomStream(seed, 'augment', epoch, index));
      return target.join();
    };
    const first = make(1, 1, 1);
    make(3, 5, 2);
    expect(make(1, 1, 1)).toBe(first);
    const keys: readonly (readonly [number, number])[] = Array.from({ length: 10 }, (_, i) => [i + 1, 2]);
    expect(new Set(keys.map(([seed, epoch]) => make(1, seed, epoch))).size).toBeGreaterThan(5);
    expect(new Set(keys.map(([epoch]) => make(1, 1, epoch))).size).toBeGreaterThan(5);
  });
});
