// Custom data sets: the interface of their modules, and loading.
import { z } from 'zod';
import { callable, useModule } from '../../../common/modules.js';
import type { CustomDatasetOptions } from '../../options.js';

/** The argument of `createDataset`, which is called once for each part in every thread that reads images. */
export interface DatasetRequest {
  readonly part: 'train' | 'test';
  readonly options: CustomDatasetOptions['options'];
}

/** One part of a data set. All images have the same size. */
export interface CustomDataset {
  /** The name of each class, in the order of the labels. */
  readonly classNames: readonly string[];
  /** Number of images. */
  readonly count: number;
  /** The class of each image, 0 … classes − 1. */
  readonly labels: ArrayLike<number>;
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** Mean of red, green and blue over the training images, in 0 … 255. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of red, green and blue, in 0 … 255. */
  readonly std: readonly [number, number, number];
  /**
   * Returns the bytes of image `index`: height·width·3, rows from the top, channels last; the same in every call. They
   * are not written to, so a view of existing memory may be returned. Bytes returned synchronously are used before the
   * next call, those of a promise later, so each promise needs its own buffer. Throws if the image cannot be read.
   */
  read(index: number): Uint8Array | Promise<Uint8Array>;
}

/** The exports of a custom data set module. */
export interface DatasetModule {
  readonly createDataset: (request: DatasetRequest) => CustomDataset | Promise<CustomDataset>;
}

const level = z.number().min(0).max(255);
const deviation = z.number().gt(0).max(255);

const datasetCheck = z
  .object({
    classNames: z.array(z.string()).min(2),
    count: z.int().min(1),
    labels: z.custom<ArrayLike<number>>(
      (value) => Array.isArray(value) || ArrayBuffer.isView(value),
      'expected an array',
    ),
    height: z.int().min(1),
    width: z.int().min(1),
    mean: z.tuple([level, level, level]),
    std: z.tuple([deviation, deviation, deviation]),
    read: callable,
  })
  .superRefine(({ mean, std }, context) => {
    // No set of images varies by less than one level of 255; 0.229 is ImageNet's deviation in other programs.
    const small = std.filter((each) => each < 1).length;
    const refuse = (key: string, values: readonly number[], what: string): void =>
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `expected levels from 0 to 255, got ${values.join(', ')}: ${what}`,
      });
    if (small === std.length) return refuse('std', std, 'multiply mean and std by 255');
    if (small > 0) return refuse('std', std, 'some are from 0 to 1');
    // Levels with this mean cannot vary so much. A mean of 0 is valid: it leaves the images unchanged.
    const isShare = mean.every((each, channel) => each > 0 && each <= 1 && std[channel] ** 2 > each * (255 - each));
    if (isShare) refuse('mean', mean, 'mean is from 0 to 1, and std is not: multiply mean by 255');
  })
  .superRefine(({ classNames, count, labels }, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['labels'], message });
    if (labels.length !== count) return refuse(`expected ${count} labels (count), got ${labels.length}`);
    const wrong = Array.from(labels).findIndex(
      (label) => !Number.isInteger(label) || label < 0 || label >= classNames.length,
    );
    if (wrong !== -1) refuse(`expected 0 … ${classNames.length - 1}, image ${wrong} has ${labels[wrong]}`);
  });

/** Loads one part of a custom data set. Errors: the module cannot be loaded, or does not return a data set. */
export function loadDatasetModule(module: string, request: DatasetRequest): Promise<CustomDataset> {
  return useModule<DatasetModule['createDataset'], CustomDataset>(module, 'createDataset', datasetCheck, (create) =>
    create(request),
  );
}
