// Deep features of the images of a source.
import { setImmediate } from 'node:timers/promises';
import type { PassOver } from '../data/loader/broken-images.js';
import { readReadableImages } from '../data/plain-images.js';
import type { ImageSource } from '../data/source.js';
import type { Encoder } from './encoder.js';

/** Number of images that are read and encoded at once. */
const batchSize = 1000;

/** Returns the positions of the images whose labels are among `classes`, in ascending order. */
export function imagesOfClasses(labels: Int32Array, classes: readonly number[]): Uint32Array {
  const wanted = new Set(classes);
  return Uint32Array.from([...labels.keys()].filter((index) => wanted.has(labels[index])));
}

export interface Walk {
  /** Called with the error if an image cannot be read. */
  readonly passOver: PassOver;
  readonly onImage: (done: number, total: number) => void;
  /** Throws to end the work. */
  readonly yieldToEventLoop: () => void;
}

interface FoundFeatures {
  /** [N, A] */
  readonly features: Float32Array;
  /** Positions of the N images in the source. */
  readonly indices: Uint32Array;
}

/** Returns the features of the readable images of a source, in the order of `indices`. */
export async function featuresOf(
  source: ImageSource,
  indices: Uint32Array,
  encoder: Encoder,
  { passOver, onImage, yieldToEventLoop }: Walk,
): Promise<FoundFeatures> {
  const { featureSize } = encoder;
  const features = new Float32Array(indices.length * featureSize);
  const found = new Uint32Array(indices.length);
  let count = 0;
  for (let first = 0; first < indices.length; first += batchSize) {
    const part = indices.subarray(first, first + batchSize);
    const { images, indices: own } = await readReadableImages(source, part, passOver);
    features.set(encoder.features(images), count * featureSize);
    found.set(own, count);
    count += own.length;
    onImage(first + part.length, indices.length);
    await setImmediate();
    yieldToEventLoop();
  }
  return { features: features.subarray(0, count * featureSize), indices: found.subarray(0, count) };
}
