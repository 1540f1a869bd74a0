// The binary formats of CIFAR-10 and CIFAR-100: file names, record layout, checksums of the official files.

export const cifarNames = ['cifar10', 'cifar100'] as const;
export type CifarName = (typeof cifarNames)[number];

/** Whether a data set is a CIFAR set. */
export const isCifar = (name: string): name is CifarName => cifarNames.some((each) => each === name);

export type DatasetPart = 'train' | 'test';

/** One label byte of a record. */
interface LabelField {
  readonly name: string;
  /** Its position in the record. */
  readonly offset: number;
  /** Labels are 0 … classes − 1. */
  readonly classes: number;
}

export interface CifarFormat {
  readonly name: CifarName;
  readonly title: string;
  /** The folder to which the official archive unpacks. */
  readonly folder: string;
  readonly files: Readonly<Record<DatasetPart, readonly string[]>>;
  /** Number of images of the official set. */
  readonly officialCount: Readonly<Record<DatasetPart, number>>;
  readonly labelFile: string;
  /** The label used for training. */
  readonly label: LabelField;
  /** Other labels of a record, which are checked but not used. */
  readonly otherLabels: readonly LabelField[];
  /** Label bytes, then 3 planes (red, green, blue) of 32 x 32 pixels. */
  readonly recordBytes: number;
  /** md5 of the official files. */
  readonly md5: Readonly<Record<string, string>>;
  /** md5 of the official names of the classes, joined by line feeds. */
  readonly namesMd5: string;
  /** md5 of the concatenated official files of a part. */
  readonly partMd5: Readonly<Record<DatasetPart, string>>;
}

export const cifarSide = 32;
export const cifarChannels = 3 as const;
export const cifarPlane = cifarSide * cifarSide;
export const cifarPixels = cifarPlane * cifarChannels;

/** Normalization of both sets (paper, section 4), in 0 … 255. */
export const cifarMean = [125.3, 123.0, 113.9] as const;
export const cifarStd = [63.0, 62.1, 66.7] as const;

export const cifarFormats: Readonly<Record<CifarName, CifarFormat>> = {
  cifar10: {
    name: 'cifar10',
    title: 'CIFAR-10',
    folder: 'cifar-10-batches-bin',
    files: {
      train: ['data_batch_1.bin', 'data_batch_2.bin', 'data_batch_3.bin', 'data_batch_4.bin', 'data_batch_5.bin'],
      test: ['test_batch.bin'],
    },
    officialCount: { train: 50000, test: 10000 },
    labelFile: 'batches.meta.txt',
    label: { name: 'label', offset: 0, classes: 10 },
    otherLabels: [],
    recordBytes: 1 + cifarPixels,
    md5: {
      'data_batch_1.bin': '5dd7e06a14cb22eb9f671a540d1b7c25',
      'data_batch_2.bin': '5ea93a67294ea407fff1d09f752e9692',
      'data_batch_3.bin': '942cd6a4bcdd0dd3c604fbe906cb4421',
      'data_batch_4.bin': 'ae636b3ba5c66a11e91e8cb52e771fcb',
      'data_batch_5.bin': '53f37980c15c3d472c316c40844f3f0d',
      'test_batch.bin': '803d5f7f4d78ea53de84dbe85f74fb6d',
    },
    namesMd5: 'c4a53feb1b64ee5c7b132f9a245e037b',
    partMd5: { train: '33586133bdd401ef94727cadb53d38db', test: '803d5f7f4d78ea53de84dbe85f74fb6d' },
  },
  cifar100: {
    name: 'cifar100',
    title: 'CIFAR-100',
    folder: 'cifar-100-binary',
    files: { train: ['train.bin'], test: ['test.bin'] },
    officialCount: { train: 50000, test: 10000 },
    labelFile: 'fine_label_names.txt',
    label: { name: 'fine label', offset: 1, classes: 100 },
    otherLabels: [{ name: 'coarse label', offset: 0, classes: 20 }],
    recordBytes: 2 + cifarPixels,
    md5: {
      'train.bin': '6172c7755cfe09b2fe270c85cebc1b15',
      'test.bin': '4499cfba6c016c1be1438163640a0898',
    },
    namesMd5: '471ae3450dcc374690d3ac71496a48b4',
    partMd5: { train: '6172c7755cfe09b2fe270c85cebc1b15', test: '4499cfba6c016c1be1438163640a0898' },
  },
};
