// Reads images as in evaluation, without augmentation.
import pMap from 'p-map';
import { augmentationOptions } from './augment/options.js';
import type { Batch } from './batches.js';
import { createReader } from './create-reader.js';
import { imageBytes } from './image-format.js';
import { keepImages } from './kept-images.js';
import type { PassOver } from './loader/broken-images.js';
import { maxConcurrentReads, type ImageReader } from './reader.js';
import type { ImageSource } from './source.js';

/** Creates a reader of which only `evaluate` is used. Errors: a custom data set fails. */
export async function createPlainReader(source: ImageSource): Promise<ImageReader> {
  // Readers also check the augmentation, which evaluation does not use: this one fits images of any size.
  return createReader(source, augmentationOptions.parse({ padCrop: false }));
}

/**
 * Reads the images at `indices`, contiguously, without those that cannot be read. Errors: those that `passOver` throws.
 */
export async function readReadableImages(
  source: ImageSource,
  indices: ArrayLike<number>,
  passOver: PassOver,
): Promise<Pick<Batch, 'images' | 'indices'>> {
  const reader = await createPlainReader(source);
  const size = imageBytes(source);
  const images = new Uint8Array(indices.length * size);
  const read = async (at: number): Promise<boolean> => {
    try {
      await reader.evaluate(indices[at], images, at * size);
      return true;
    } catch (error) {
      passOver(error, { name: reader.describe(indices[at]) });
      return false;
    }
  };
  const isRead = await pMap(Array(indices.length).keys(), read, { concurrency: maxConcurrentReads });
  return keepImages({ images, indices: Uint32Array.from(indices) }, (at) => isRead[at], size);
}

/** Reads the images at `indices`: uint8 [N, H, W, C]. Errors: one cannot be read. */
export async function readImages(source: ImageSource, indices: ArrayLike<number>): Promise<Uint8Array> {
  const { images } = await readReadableImages(source, indices, (thrown) => {
    throw thrown;
  });
  return images;
}
