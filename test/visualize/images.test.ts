// Features of a source with unreadable images.
import { expect, it } from 'vitest';
import { createPassOver } from '../../src/data/loader/broken-images.js';
import { featuresOf } from '../../src/visualize/images.js';
import { randomDataset } from '../data/helpers.js';

/** A network whose feature is the first byte of each image. */
const encoder = {
  featureSize: 1,
  features: (images: Uint8Array) => Float32Array.from({ length: images.length / 192 }, (_, at) => images[192 * at]),
  close: () => undefined,
};

it('are those of the images that can be read, with their positions', async () => {
  const all = randomDataset([0, 1, 0, 1, 0], 3, 8, 8);
  const source = { ...all, positions: Uint32Array.of(0, 9, 2, 3, 8) };
  const asked = Uint32Array.of(4, 3, 1, 0);
  const warnings: string[] = [];
  const walk = (maxBroken: number) => ({
    passOver: createPassOver(maxBroken, (line) => void warnings.push(line)),
    onImage: () => undefined,
    yieldToEventLoop: () => undefined,
  });
  const { features, indices } = await featuresOf(source, asked, encoder, walk(2));
  expect([...indices]).toEqual([3, 0]);
  expect([...features]).toEqual([3, 0].map((index) => all.storage.images[192 * index]));
  expect(warnings).toEqual(
    [8, 9].map((i) => `warning: cannot read image ${i} of random train: there are only 960 bytes; it is left out`),
  );
  await expect(featuresOf(source, asked, encoder, walk(1))).rejects.toThrow('cannot read image 9 of random train');
});
