// Custom augmentations: the interface of their modules, and loading.
import { z } from 'zod';
import { kindOf } from '../../common/kind-of.js';
import { callable, callOwn, useModule } from '../../common/modules.js';
import type { RandomStream } from '../../common/random.js';
import { imageBytes, type ImageFormat } from '../image-format.js';
import type { CustomAugmentationOptions } from './options.js';
import type { Transform } from './transform.js';

/** The argument of `createAugmentation`, which is called once in every thread that reads images. */
export interface AugmentationRequest {
  readonly options: CustomAugmentationOptions['options'];
  /** Of every image: size in pixels, and mean and standard deviation of red, green and blue in 0 … 255. */
  readonly format: ImageFormat;
}

export interface OwnAugmentation {
  readonly name: string;
  /**
   * Changes one image in place: height·width·3 bytes, rows from the top, channels last. Written values are rounded and
   * clamped to 0 … 255. All randomness must come from `random`, so that runs are reproducible.
   */
  apply(pixels: Uint8ClampedArray, random: RandomStream): void;
}

/** The exports of a custom augmentation module. */
export interface AugmentationModule {
  readonly createAugmentation: (request: AugmentationRequest) => OwnAugmentation | Promise<OwnAugmentation>;
}

const check = z.object({ name: z.string(), apply: callable });

/** Loads a custom augmentation. Errors: the module cannot be loaded, or returns none; later, its `apply` fails. */
export async function loadAugmentation(
  { module, options }: CustomAugmentationOptions,
  format: ImageFormat,
): Promise<Transform> {
  const own = await useModule<AugmentationModule['createAugmentation'], OwnAugmentation>(
    module,
    'createAugmentation',
    check,
    (create) => create({ options, format }),
  );
  const size = imageBytes(format);
  const apply = (pixels: Uint8ClampedArray, random: RandomStream): void => {
    const given = own.apply(pixels, random) as unknown;
    if (given === undefined) return;
    throw new TypeError(`apply gives ${kindOf(given)}, expected nothing: it changes the pixels in place`);
  };
  return (source, sourceOffset, target, targetOffset, random) => {
    target.set(source.subarray(sourceOffset, sourceOffset + size), targetOffset);
    const pixels = new Uint8ClampedArray(target.buffer, target.byteOffset + targetOffset, size);
    callOwn(module, `augment an image by ${module}`, () => apply(pixels, random));
  };
}
