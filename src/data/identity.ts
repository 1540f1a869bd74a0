// Identity of a data set: by what runs know whether they were made on the same images.
import type { ImageSource } from './source.js';

/** A whole data set, whatever part of it a config chooses. */
export interface DataIdentity {
  /** Equal where images and labels are (docs/data.md): `<md5 of the training part>-<md5 of the test part>`. */
  readonly checksum: string;
  readonly trainImages: number;
  readonly testImages: number;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  /** Of a CIFAR set: whether these are the official images. */
  readonly official?: boolean;
  /** Absolute path of the folder it was found in; absent for a user's own module. */
  readonly folder?: string;
}

/** The parts of a data set, whole. */
export interface DataParts {
  readonly train: ImageSource;
  readonly test: ImageSource;
  readonly folder?: string;
  /** What lies beside the images and was passed over, in words. */
  readonly notes?: readonly string[];
}

/** The identity of a data set whose parts are whole. */
export function identityOf({ train, test, folder }: DataParts): DataIdentity {
  const digestOf = ({ digest, checksum }: ImageSource): string => digest ?? checksum ?? 'unknown';
  const isCifar = train.official !== undefined && test.official !== undefined;
  return {
    checksum: `${digestOf(train)}-${digestOf(test)}`,
    trainImages: train.count,
    testImages: test.count,
    classNames: train.classNames,
    ...(isCifar && { official: train.official && test.official }),
    ...(folder !== undefined && { folder }),
  };
}
