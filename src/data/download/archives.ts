// Addresses and checksums of the official archives.
import type { CifarName } from '../datasets/cifar/format.js';

export interface Archive {
  readonly file: string;
  readonly url: string;
  readonly md5: string;
}

const home = 'https://www.cs.toronto.edu/~kriz/';

export const archives: Readonly<Record<CifarName, Archive>> = {
  cifar10: {
    file: 'cifar-10-binary.tar.gz',
    url: `${home}cifar-10-binary.tar.gz`,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  },
  cifar100: {
    file: 'cifar-100-binary.tar.gz',
    url: `${home}cifar-100-binary.tar.gz`,
    md5: '03b5dce01913d631647c71ecec9e9cb8',
  },
};
