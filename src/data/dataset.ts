// A labelled set of images in memory, and selections of it.
import { cannot } from '../common/errors.js';

/** What the layout and the normalisation of images need to know. */
export interface ImageFormat {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** Red, green, blue. */
  readonly channels: 3;
  /** Mean of each channel over the training images, in 0 … 255. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of each channel, in 0 … 255. */
  readonly std: readonly [number, number, number];
}

export interface ImageDataset extends ImageFormat {
  readonly name: string;
  readonly classNames: readonly string[];
  /** Number of classes; every label is in 0 … classes − 1. */
  readonly classes: number;
  /** Number of images. */
  readonly count: number;
  /** N·H·W·C bytes, image after image, rows from the top, channels last (NHWC). Not to be written to. */
  readonly images: Uint8Array;
  /** N labels. Not to be written to. */
  readonly labels: Int32Array;
  /** md5 of the files the images were read from, one after another; absent for selections. */
  readonly checksum?: string;
}

/** Bytes of one image. */
export function imageBytes(format: Pick<ImageFormat, 'height' | 'width' | 'channels'>): number {
  return format.height * format.width * format.channels;
}

/**
 * The data set of the images at `indices` (positions in `dataset`), in that order, as a copy.
 * Throws where an index is not a position of the data set.
 */
export function selectImages(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  const size = imageBytes(dataset);
  const images = new Uint8Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= dataset.count) {
      throw cannot(
        'select images',
        `image ${index} is not among the ${dataset.count} of ${dataset.name} (0 … ${dataset.count - 1})`,
      );
    }
    images.set(dataset.images.subarray(index * size, (index + 1) * size), i * size);
    labels[i] = dataset.labels[index];
  }
  const { name, classNames, classes, height, width, channels, mean, std } = dataset;
  return { name, classNames, classes, height, width, channels, mean, std, count: indices.length, images, labels };
}
