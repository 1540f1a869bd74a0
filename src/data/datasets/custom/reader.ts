// Reads the images of a user's own data set in the calling thread.
import { reasonOf } from '../../../common/errors.js';
import { orUnsettled } from '../../../common/unsettled.js';
import { randomStream } from '../../../common/random.js';
import { imageBytes } from '../../dataset.js';
import type { AugmentationOptions } from '../../augment/options.js';
import { BrokenImage, type ImageReader } from '../../reader.js';
import { storagePosition, type ImageSource, type ModuleStorage } from '../../source.js';
import { createPipeline } from '../../augment/pipeline.js';
import type { Transform } from '../../augment/transform.js';
import { loadDatasetModule } from './module.js';

const neverRead = (): Error => new Error('its `read` gave a promise that never settles');

/** The reader of a user's file, which is loaded. Whatever its `read` throws is a BrokenImage. */
export async function createModuleReader(
  source: ImageSource,
  { module, options }: ModuleStorage,
  augmentation: AugmentationOptions,
  own?: Transform,
): Promise<ImageReader> {
  const dataset = await loadDatasetModule(module, { part: source.part, options });
  const pipeline = createPipeline(augmentation, source, own);
  const size = imageBytes(source);
  const describe = (index: number): string => `${storagePosition(source, index)} of ${source.part} of ${module}`;
  const read = async (index: number): Promise<Uint8Array> => {
    let image: Uint8Array;
    try {
      const reading = dataset.read(storagePosition(source, index));
      // Bytes that are there need no listener, which would cost more than some reads.
      image = reading instanceof Uint8Array ? reading : await orUnsettled(reading, neverRead);
    } catch (error) {
      throw new BrokenImage(describe(index), reasonOf(error), error);
    }
    if (!(image instanceof Uint8Array) || image.length !== size) {
      throw new BrokenImage(describe(index), `its \`read\` must give a Uint8Array of ${size} bytes`);
    }
    return image;
  };
  return {
    async train(index, seed, epoch, target, offset) {
      pipeline(await read(index), 0, target, offset, randomStream(seed, 'augment', epoch, index));
    },
    async evaluate(index, target, offset) {
      target.set(await read(index), offset);
    },
    describe,
  };
}
