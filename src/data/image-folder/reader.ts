// Reads image files: a random part resized for training, the centre for evaluation, then the other augmentations.
import { join } from 'node:path';
import sharp from 'sharp';
import { reasonOf } from '../../common/errors.js';
import { randomStream } from '../../common/random.js';
import { imageBytes } from '../dataset.js';
import type { AugmentationOptions } from '../options.js';
import { BrokenImage, type ImageReader } from '../reader.js';
import { storagePosition, type FileStorage, type ImageSource } from '../source.js';
import { createPipeline } from '../transforms/pipeline.js';
import { randomCropBox, type Size } from './crop-box.js';
import { decodePart } from './decode.js';
import { boxGeometry, centreGeometry, neededPart, type Geometry } from './geometry.js';
import { readImageFile } from './image-file.js';
import { nameAt } from './packed-names.js';
import { createScratch, resample } from './resample.js';

/**
 * The reader of image files. Reads of several images at a time overlap: the file is decoded on another thread. Images that
 * cannot be read are thrown as BrokenImage.
 */
export function createFileReader(
  source: ImageSource,
  { root, names, resize }: FileStorage,
  augmentation: AugmentationOptions,
): ImageReader {
  // Threads come from the readers, one image each; and no image is decoded twice in a row.
  sharp.concurrency(1);
  sharp.cache(false);
  const pipeline = createPipeline(augmentation, source);
  const crop = augmentation.randomResizedCrop ?? false;
  const scratch = createScratch();
  const resized = new Uint8Array(imageBytes(source));
  const pathOf = (index: number): string => join(root, nameAt(names, storagePosition(source, index)));

  /** Decodes what a geometry needs; `finish` then runs without a pause, so that all images can share the scratch. */
  const make = async (
    index: number,
    geometryOf: (image: Size) => Geometry,
    target: Uint8Array,
    offset: number,
    finish: () => void,
  ): Promise<void> => {
    const path = pathOf(index);
    const { bytes, header } = readImageFile(path);
    const geometry = geometryOf(header);
    const pixels = await decodePart(bytes, header, neededPart(geometry)).catch((error: unknown) => {
      throw new BrokenImage(path, reasonOf(error), error);
    });
    resample(pixels, geometry.horizontal, geometry.vertical, scratch, target, offset);
    finish();
  };

  const centre = (image: Size): Geometry => centreGeometry(image, resize, source.height);
  return {
    train(index, seed, epoch, target, offset) {
      const geometryOf = (image: Size): Geometry => {
        if (crop === false) return centre(image);
        return boxGeometry(randomCropBox(image, crop, randomStream(seed, 'crop', epoch, index)), source);
      };
      return make(index, geometryOf, resized, 0, () => {
        pipeline(resized, 0, target, offset, randomStream(seed, 'augment', epoch, index));
      });
    },
    evaluate: (index, target, offset) => make(index, centre, target, offset, () => undefined),
    describe: pathOf,
  };
}
