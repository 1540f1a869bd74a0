// The deep features of images of a source.
import { setImmediate } from 'node:timers/promises';
import { readImages } from '../data/plain-images.js';
import type { ImageSource } from '../data/source.js';
import type { Encoder } from './encoder.js';

/** Images that are read and encoded at a time. */
const batchSize = 1000;

/** Positions of the images whose labels are among `classes`, in their order. */
export function imagesOfClasses(labels: Int32Array, classes: readonly number[]): Uint32Array {
  const wanted = new Set(classes);
  return Uint32Array.from([...labels.keys()].filter((index) => wanted.has(labels[index])));
}

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
