// The parts of a custom data set as sources.
import { createHash } from 'node:crypto';
import { cannot } from '../../../common/errors.js';
import type { CustomDatasetOptions } from '../../options.js';
import type { ImageSource } from '../../source.js';
import { loadDatasetModule } from './module.js';

/** Returns the md5 of the labels, class names and image size of a part; no image is read. */
function digestOf({
  classNames,
  labels,
  height,
  width,
}: Pick<ImageSource, 'classNames' | 'labels' | 'height' | 'width'>) {
  const about = JSON.stringify([classNames, height, width, [...labels]]);
  return createHash('md5').update(about).digest('hex');
}

/** Loads one part. Errors: the module cannot be loaded, or does not return a data set. */
export async function loadCustomPart(
  { module, options }: CustomDatasetOptions,
  part: ImageSource['part'],
): Promise<ImageSource> {
  const { classNames, count, labels, height, width, mean, std } = await loadDatasetModule(module, { part, options });
  const ownLabels = Int32Array.from(labels);
  return {
    name: 'custom',
    part,
    classNames,
    classes: classNames.length,
    count,
    labels: ownLabels,
    height,
    width,
    channels: 3,
    mean,
    std,
    storage: { kind: 'module', module, options },
    digest: digestOf({ classNames, labels: ownLabels, height, width }),
  };
}

/** Loads both parts. Errors: as above, and parts that differ in their classes or in the size of their images. */
export async function loadCustom(
  options: CustomDatasetOptions,
): Promise<{ readonly train: ImageSource; readonly test: ImageSource }> {
  const train = await loadCustomPart(options, 'train');
  const test = await loadCustomPart(options, 'test');
  const shapeOf = ({ height, width, classNames }: ImageSource): string => JSON.stringify([height, width, classNames]);
  if (shapeOf(train) !== shapeOf(test)) {
    throw cannot(`use the module ${options.module}`, 'its parts train and test differ in classNames, height or width', {
      code: 'module/unusable',
    });
  }
  return { train, test };
}
