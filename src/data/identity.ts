// Identity of a data set, to check whether runs used the same images.
import type { ImageSource } from './source.js';

/** Identity of a whole data set, independent of the images that a config selects. */
export interface DataIdentity {
  /** Equal if images and labels are equal (docs/data.md): `<md5 of the training part>-<md5 of the test part>`. */
  readonly checksum: string;
  readonly trainImages: number;
  readonly testImages: number;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  /** CIFAR only: whether these are the official images. */
  readonly official?: boolean;
  /** Absolute path of the folder where it was found; absent for a custom module. */
  readonly folder?: string;
}

/** The complete parts of a data set. */
export interface DataParts {
  readonly train: ImageSource;
  readonly test: ImageSource;
  readonly folder?: string;
  /** Messages about skipped files and folders. */
  readonly notes?: readonly string[];
}

/** Returns the identity of a data set from its complete parts. */
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
