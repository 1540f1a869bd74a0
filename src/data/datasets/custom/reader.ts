// Reads the images of a custom data set in the calling thread.
import { cannot, reasonOf } from '../../../common/errors.js';
import { orUnsettled } from '../../../common/unsettled.js';
import { randomStream } from '../../../common/random.js';
import { imageBytes } from '../../image-format.js';
import type { AugmentationOptions } from '../../augment/options.js';
import { BrokenImage, type ImageReader } from '../../reader.js';
import { storagePosition, type ImageSource, type ModuleStorage } from '../../source.js';
import { createPipeline } from '../../augment/pipeline.js';
import type { Transform } from '../../augment/transform.js';
import { loadDatasetModule, type CustomDataset } from './module.js';

const neverRead = (): Error => new Error('its `read` gave a promise that never settles');

/**
 * Errors: the labels of this thread's data set differ from those of the run, as after a shuffle without a seed. Its
 * images then belong to other labels.
 */
function requireSameLabels(source: ImageSource, { labels }: CustomDataset, module: string): void {
  const at = source.labels.findIndex((label, index) => labels[storagePosition(source, index)] !== label);
  if (at === -1) return;
  const position = storagePosition(source, at);
  const now = position < labels.length ? `then ${labels[position]}` : 'then it is missing';
  throw cannot(
    `use the module ${module}`,
    `createDataset gives other labels in each call: image ${position} of ${source.part} has first the label ${source.labels[at]}, ${now}`,
    {
      code: 'module/unusable',
      hint: 'it is called in every thread that reads images and must give the same each time: shuffle and split with a fixed seed',
    },
  );
}

/**
 * Loads the module and creates its reader. Errors: it gives other labels than before. All errors of its `read` become a
 * BrokenImage.
 */
export async function createModuleReader(
  source: ImageSource,
  { module, options }: ModuleStorage,
  augmentation: AugmentationOptions,
  own?: Transform,
): Promise<ImageReader> {
  const dataset = await loadDatasetModule(module, { part: source.part, options });
  requireSameLabels(source, dataset, module);
  const pipeline = createPipeline(augmentation, source, own);
  const size = imageBytes(source);
  const describe = (index: number): string => `${storagePosition(source, index)} of ${source.part} of ${module}`;
  const broken = (index: number, error: unknown): Error => new BrokenImage(describe(index), reasonOf(error), error);
  /**
   * Passes the bytes of an image to `use`, synchronously if `read` is synchronous, because the next call may reuse
   * them.
   */
  const withImage = (index: number, use: (image: Uint8Array) => void): void | Promise<void> => {
    const useChecked = (image: Uint8Array): void => {
      if (!(image instanceof Uint8Array) || image.length !== size) {
        throw new BrokenImage(describe(index), `its \`read\` must give a Uint8Array of ${size} bytes`);
      }
      use(image);
    };
    let reading: Uint8Array | Promise<Uint8Array>;
    try {
      reading = dataset.read(storagePosition(source, index));
    } catch (error) {
      throw broken(index, error);
    }
    if (reading instanceof Uint8Array) return useChecked(reading);
    return orUnsettled(reading, neverRead).then(useChecked, (error: unknown) => {
      throw broken(index, error);
    });
  };
  return {
    train: (index, seed, epoch, target, offset) =>
      withImage(index, (image) => pipeline(image, 0, target, offset, randomStream(seed, 'augment', epoch, index))),
    evaluate: (index, target, offset) => withImage(index, (image) => target.set(image, offset)),
    describe,
  };
}
