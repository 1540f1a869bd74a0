// Loads images without augmentation, and their features.
import { setImmediate } from 'node:timers/promises';
import pMap from 'p-map';
import { createReader } from '../data/create-reader.js';
import { imageBytes } from '../data/dataset.js';
import { augmentationOptions } from '../data/options.js';
import { readsAtATime } from '../data/reader.js';
import type { ImageSource } from '../data/source.js';
import type { Encoder } from './encoder.js';

/** The images at `indices`, side by side. Errors: one cannot be read. */
export async function readImages(source: ImageSource, indices: ArrayLike<number>): Promise<Uint8Array> {
  // Evaluation passes over augmentation, but the readers check it: one that fits images of any size.
  const reader = await createReader(source, augmentationOptions.parse({ padCrop: false }));
  const size = imageBytes(source);
  const images = new Uint8Array(indices.length * size);
  const read = async (at: number) => await reader.evaluate(indices[at], images, at * size);
  await pMap(Array(indices.length).keys(), read, { concurrency: readsAtATime });
  return images;
}

/** Images that are read and encoded at a time. */
const batchSize = 1000;

export interface Walk {
  readonly onImage: (done: number, total: number) => void;
  /** Throws where the work is to end. */
  readonly yieldToEventLoop: () => void;
}

/** The features [N, A] of the images of a source, in the order of `indices`. */
export async function featuresOf(
  source: ImageSource,
  indices: Uint32Array,
  encoder: Encoder,
  { onImage, yieldToEventLoop }: Walk,
): Promise<Float32Array> {
  const { featureSize } = encoder;
  const features = new Float32Array(indices.length * featureSize);
  for (let first = 0; first < indices.length; first += batchSize) {
    const part = indices.subarray(first, first + batchSize);
    features.set(encoder.features(await readImages(source, part)), first * featureSize);
    onImage(first + part.length, indices.length);
    await setImmediate();
    yieldToEventLoop();
  }
  return features;
}
