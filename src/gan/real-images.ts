// The real images for a discriminator: full batches in an order that depends only on the seed.
import { cannot } from '../common/errors.js';
import { counted, someNames } from '../common/format.js';
import { epochOrder } from '../data/batches.js';
import { imageBytes } from '../data/image-format.js';
import { selectImages, storagePosition, type ImageSource, type MemorySource } from '../data/source.js';
import { generatedFormat } from './generator.js';

/** Selects the images of some classes. Errors (usage): the data set does not have one of the classes. */
export function ofClasses(source: ImageSource, classes: readonly number[] | undefined): ImageSource {
  if (classes === undefined) return source;
  const stray = classes.find((label) => label >= source.classes);
  if (stray !== undefined) {
    throw cannot('choose the classes', `${source.name} has no class ${stray}`, {
      code: 'data/settings',
      kind: 'usage',
      hint: `dataset.classes must be numbers from 0 to ${source.classes - 1}`,
    });
  }
  const wanted = new Set(classes);
  const indices = Array.from(source.labels.keys()).filter((index) => wanted.has(source.labels[index]));
  return selectImages(source, indices);
}

/**
 * Returns the labels for generated images: the given ones, by default all, without those of classes that have no image
 * in `source`, as a small subset lacks some. A discriminator never sees such a class.
 */
export function trainedClasses(source: ImageSource, classes: readonly number[] | undefined): readonly number[] {
  const found = new Set(source.labels);
  return (classes ?? source.classNames.map((_, label) => label)).filter((label) => found.has(label));
}

const { height, width } = generatedFormat;
const size = imageBytes(generatedFormat);

/** A source of images in memory. */
type InMemory = Pick<MemorySource, 'storage' | 'positions'>;

/** Copies the images at some positions of a source, uint8 [N, 32, 32, 3]. */
export function copyImages(source: InMemory, indices: ArrayLike<number>): Uint8Array {
  const images = new Uint8Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) {
    const from = storagePosition(source, indices[row]) * size;
    images.set(source.storage.images.subarray(from, from + size), row * size);
  }
  return images;
}

interface RealBatch {
  /** uint8 [N, 32, 32, 3] */
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

export interface RealBatches {
  /** Batches per epoch. Images that do not fill a batch are left out, different ones in each epoch. */
  readonly perEpoch: number;
  /** Returns batch `number` of the run, counted from 0 over all epochs. */
  at(number: number): RealBatch;
}

interface BatchOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** The only classes of the source, to be named in errors. */
  readonly classes?: readonly number[];
}

/**
 * Creates the batches of a source. Errors (usage): fewer images than a batch; images that are not 32x32 pixels in
 * memory.
 */
export function createRealBatches(source: ImageSource, { batchSize, seed, classes }: BatchOptions): RealBatches {
  const { storage, count } = source;
  if (storage.kind !== 'memory' || source.height !== height || source.width !== width) {
    throw cannot('train a generator', `the images of ${source.name} are not ${height}x${width} pixels in memory`, {
      code: 'data/settings',
      kind: 'usage',
    });
  }
  if (count < batchSize) {
    const names = classes === undefined ? '' : ` of ${someNames(classes.map((label) => source.classNames[label]))}`;
    const there = `there ${count === 1 ? 'is' : 'are'} only ${counted(count, 'image')}${names}`;
    throw cannot('train a generator', `${there}, fewer than a batch of ${batchSize}`, {
      code: 'data/settings',
      kind: 'usage',
      hint:
        count < 2
          ? 'choose a larger dataset.subset, or other dataset.classes'
          : `choose a training.batchSize of at most ${count}`,
    });
  }
  const perEpoch = Math.floor(count / batchSize);
  let order: { epoch: number; indices: Uint32Array } = { epoch: 0, indices: new Uint32Array() };
  return {
    perEpoch,
    at(number) {
      const epoch = Math.floor(number / perEpoch) + 1;
      if (order.epoch !== epoch) order = { epoch, indices: epochOrder(count, seed, epoch) };
      const start = (number % perEpoch) * batchSize;
      const indices = order.indices.subarray(start, start + batchSize);
      return {
        images: copyImages({ ...source, storage }, indices),
        labels: Int32Array.from(indices, (index) => source.labels[index]),
      };
    },
  };
}
