// Reads real and synthetic images of one source, each from its own storage, with the same augmentation.
import { hashKey } from '../../../common/random.js';
import { realImages } from '../../batches.js';
import type { AugmentationOptions } from '../../augment/options.js';
import type { ImageReader, OpenReader } from '../../reader.js';
import type { MixedStorage } from '../../source.js';

/** Creates the reader of a mixed source. Real images have the same bytes as without synthetic ones. */
export async function createMixedReader(
  { real, synthetic }: MixedStorage,
  augmentation: AugmentationOptions,
  open: OpenReader,
): Promise<ImageReader> {
  const readers = { real: await open(real, augmentation), synthetic: await open(synthetic, augmentation) };
  const count = realImages(real);
  return {
    train(index, seed, epoch, target, offset) {
      if (index < count) return readers.real.train(index, seed, epoch, target, offset);
      // A separate key: otherwise real and synthetic images with the same number would be augmented alike.
      return readers.synthetic.train(index - count, hashKey(seed, 'synthetic'), epoch, target, offset);
    },
    evaluate(index, target, offset) {
      if (index < count) return readers.real.evaluate(index, target, offset);
      return readers.synthetic.evaluate(index - count, target, offset);
    },
    describe: (index) =>
      index < count ? readers.real.describe(index) : `synthetic ${readers.synthetic.describe(index - count)}`,
  };
}
