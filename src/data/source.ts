// Image sources: the labels of one part of a data set and the storage of its images.
import { cannot } from '../common/errors.js';
import type { SyntheticShare, TrainingImages } from './batches.js';
import type { ImageFormat } from './image-format.js';
import type { PackedNames } from './datasets/image-folder/packed-names.js';
import type { CustomDatasetOptions, FolderOptions } from './options.js';

/** All images as bytes. */
export interface MemoryStorage {
  readonly kind: 'memory';
  /**
   * N·H·W·C bytes, image after image, rows from the top, channels last (NHWC). Not to be written to. In a
   * SharedArrayBuffer, so that worker threads read the same bytes; others are copied for each worker.
   */
  readonly images: Uint8Array;
}

/** Image files, decoded each time they are read. */
export interface FileStorage {
  readonly kind: 'files';
  /** Absolute path of the folder that contains the files. */
  readonly root: string;
  readonly names: PackedNames;
  /** Evaluation: length of the shorter side before the centre crop, in pixels. */
  readonly resize: number;
  /** Decoder of training images; evaluation always decodes exactly. */
  readonly decoding: FolderOptions['decoding'];
  /** Whether images are rotated by their EXIF orientation. */
  readonly turns?: boolean;
}

/** A custom module, loaded in every thread that reads images. */
export interface ModuleStorage {
  readonly kind: 'module';
  /** Absolute path of the module. */
  readonly module: string;
  readonly options: CustomDatasetOptions['options'];
}

/** Real images followed by synthetic ones. */
export interface MixedStorage {
  readonly kind: 'mixed';
  readonly real: ImageSource;
  readonly synthetic: ImageSource;
}

/** Location of the images, as plain values from which a worker thread creates its reader. */
export type ImageStorage = MemoryStorage | FileStorage | ModuleStorage | MixedStorage;

/** One part of a data set, as plain values that can be sent to a worker thread. */
export interface ImageSource extends ImageFormat, TrainingImages {
  readonly name: string;
  readonly part: 'train' | 'test';
  readonly classNames: readonly string[];
  /** Number of classes; every label is in 0 … classes − 1. */
  readonly classes: number;
  /** Number of images. */
  readonly count: number;
  /** The synthetic images; absent: none. */
  readonly synthetic?: SyntheticShare;
  /** N labels; read-only. */
  readonly labels: Int32Array;
  /** Positions in `storage` of a selection's images. Absent: all images, in order. */
  readonly positions?: Uint32Array;
  readonly storage: ImageStorage;
  /** md5 of the concatenated files of the images, or of the list of image files; absent for selections. */
  readonly checksum?: string;
  /** md5 that identifies the images for runs (docs/data.md), if not `checksum`; absent for selections. */
  readonly digest?: string;
  /** Whether these are the official images of a CIFAR set; absent for other data and for selections. */
  readonly official?: boolean;
}

/** A source whose images are in memory. */
export type MemorySource = ImageSource & { readonly storage: MemoryStorage };

/** Position of an image in the storage. */
export function storagePosition({ positions }: Pick<ImageSource, 'positions'>, index: number): number {
  return positions === undefined ? index : positions[index];
}

/**
 * Selects the images at `indices` (positions in `source`), in that order; no image is read or copied. Errors: an index
 * is not a position of the source.
 */
export function selectImages<T extends ImageSource>(source: T, indices: ArrayLike<number>): T {
  const positions = new Uint32Array(indices.length);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= source.count) {
      throw cannot(
        'select images',
        `image ${index} is not among the ${source.count} of ${source.name} (0 … ${source.count - 1})`,
        { code: 'internal' },
      );
    }
    positions[i] = storagePosition(source, index);
    labels[i] = source.labels[index];
  }
  const whole = { checksum: undefined, digest: undefined, official: undefined };
  return { ...source, ...whole, count: indices.length, labels, positions };
}
