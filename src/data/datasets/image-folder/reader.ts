// Reads image files: RandomResizedCrop for training, centre crop for evaluation, then the other augmentations.
import { join } from 'node:path';
import sharp from 'sharp';
import { randomStream } from '../../../common/random.js';
import type { AugmentationOptions } from '../../augment/options.js';
import type { ImageReader } from '../../reader.js';
import { storagePosition, type FileStorage, type ImageSource } from '../../source.js';
import { createPipeline } from '../../augment/pipeline.js';
import type { Transform } from '../../augment/transform.js';
import { randomCropBox, type Size } from './crop-box.js';
import { loadFastJpeg, type DecodeJpeg } from './fast-jpeg.js';
import { boxGeometry, centreGeometry, coverGeometry, type Geometry } from './geometry.js';
import { makeImage } from './make-image.js';
import { nameAt } from './packed-names.js';
import { createResampler } from './resample.js';

/** Creates the reader of image files. An image that cannot be read is thrown as a BrokenImage. */
export function createFileReader(
  source: ImageSource,
  { root, names, resize, decoding, turns }: FileStorage,
  augmentation: AugmentationOptions,
  own?: Transform,
): ImageReader {
  // One thread per image, because readers run in parallel; no cache, because no image is decoded twice in a row.
  sharp.concurrency(1);
  sharp.cache(false);
  const exactly = { resampler: createResampler(), ...(turns === true && { turns }) };
  // Loaded with the first training image: evaluation does not need the library.
  let decode: DecodeJpeg | undefined;
  const forTraining = () => (decoding === 'fast' ? { ...exactly, decode: (decode ??= loadFastJpeg()) } : exactly);
  const pipeline = createPipeline(augmentation, source, own);
  const crop = augmentation.randomResizedCrop ?? false;
  const pathOf = (index: number): string => join(root, nameAt(names, storagePosition(source, index)));
  const centre = (image: Size): Geometry =>
    source.height === source.width ? centreGeometry(image, resize, source.height) : coverGeometry(image, source);
  return {
    train(index, seed, epoch, target, offset) {
      const geometryOf = (image: Size): Geometry =>
        crop === false
          ? centre(image)
          : boxGeometry(randomCropBox(image, crop, randomStream(seed, 'crop', epoch, index)), source);
      return makeImage(pathOf(index), geometryOf, forTraining(), (pixels) => {
        pipeline(pixels, 0, target, offset, randomStream(seed, 'augment', epoch, index));
      });
    },
    evaluate: (index, target, offset) =>
      makeImage(pathOf(index), centre, exactly, (pixels) => target.set(pixels, offset)),
    describe: pathOf,
  };
}
