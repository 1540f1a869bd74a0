// Reads the images of a batch and replaces broken training images, identically in every thread.
import { cannot } from '../../common/errors.js';
import { realImages } from '../batches.js';
import { createReader } from '../create-reader.js';
import { imageBytes } from '../image-format.js';
import type { AugmentationOptions } from '../augment/options.js';
import { BrokenImage } from '../reader.js';
import type { ImageSource } from '../source.js';
import { plainFailure, type ImageFailure, type PlainFailure } from './failure.js';
import type { BatchSpec } from './batch-spec.js';

/** Options of reading images, as plain values that can be sent to a thread. */
export interface ReadingOptions {
  readonly train: ImageSource;
  readonly evaluation: ImageSource;
  readonly augmentation: AugmentationOptions;
  readonly seed: number;
  /** Number of broken images that is tolerated. */
  readonly maxBroken: number;
}

/** Reports why an image of a batch was replaced or left out. */
export interface ReadingReport {
  /** The broken images: the requested one and those tried instead of it. */
  readonly broken: readonly ImageFailure[];
  /** Position in the source of the image that is left out; only for evaluation batches. */
  readonly leftOut?: number;
  /** An error other than a broken image, which ends reading. */
  readonly failure?: PlainFailure;
}

/**
 * Reads images `first` … `end` − 1 of a batch into `images`, where the batch starts at `offset`. A broken training
 * image is replaced by the next readable one, cyclically, whose index is written to `indices`; the place of a broken
 * evaluation image is left unchanged. Returns early when `isOver()` is true and after a failure. The reports are in the
 * order of the images. Never rejects.
 */
export type ReadImages = (
  spec: Pick<BatchSpec, 'part' | 'epoch' | 'indices'>,
  range: { readonly first: number; readonly end: number },
  images: Uint8Array,
  offset: number,
  isOver: () => boolean,
) => Promise<ReadingReport[]>;

/** Number of images that a thread reads concurrently if its reader is asynchronous. */
const readsPerThread = 2;

type Read = (index: number) => void | Promise<void>;

/** Opens the readers of both sources in this thread. Errors: options that do not fit the images. */
export async function openReadImages(options: ReadingOptions): Promise<ReadImages> {
  const { seed, augmentation } = options;
  const size = imageBytes(options.train);
  const readers = {
    train: await createReader(options.train, augmentation),
    evaluation: await createReader(options.evaluation, augmentation),
  };
  const replace = createReplacer(options);

  return async ({ part, epoch, indices }, { first, end }, images, offset, isOver) => {
    const reports: (ReadingReport & { readonly at: number })[] = [];
    const reader = readers[part];
    let next = first;
    let failed = false;
    const readSome = async (): Promise<void> => {
      while (next < end && !failed && !isOver()) {
        const at = next++;
        const target = offset + at * size;
        const read: Read =
          part === 'train'
            ? (index) => reader.train(index, seed, epoch, images, target)
            : (index) => reader.evaluate(index, images, target);
        try {
          const pending = read(indices[at]);
          // `await` of undefined would cost more than some synchronous reads.
          if (pending !== undefined) await pending;
        } catch (error) {
          const describe = (index: number): string => reader.describe(index);
          if (part === 'evaluation') {
            const index = indices[at];
            const failure = plainFailure(error, describe(index));
            // Not replaced: the error rate would count another image twice.
            if (error instanceof BrokenImage) reports.push({ at, broken: [failure], leftOut: index });
            else reports.push({ at, broken: [], failure: withName(failure) });
            failed ||= !(error instanceof BrokenImage);
            continue;
          }
          const { used, ...report } = await replace(indices[at], error, read, describe);
          indices[at] = used;
          reports.push({ at, ...report });
          failed ||= report.failure !== undefined;
        }
      }
    };
    // With a synchronous reader the first call reads all images.
    await Promise.all(Array.from({ length: readsPerThread }, readSome));
    return reports.sort((a, b) => a.at - b.at).map(({ broken, failure, leftOut }) => ({ broken, failure, leftOut }));
  };
}

/** Returns the failure that no image of a source can be read. */
export const noneLeft = ({ name, part, count }: ImageSource): PlainFailure =>
  cannot('read images', `not one of the ${count} images of ${name} ${part} can be read`, { code: 'data/damaged' });

/** Adds the image's name to the place of a failure whose message lacks it, such as that of a custom augmentation. */
function withName(failure: ImageFailure): ImageFailure {
  const { image, message, place } = failure;
  if (message.includes(image)) return failure;
  return { ...failure, place: [`image ${image}`, ...(place === undefined ? [] : [place])].join('\n') };
}

/** Finds a readable replacement of the training image at `index`, whose reading threw `thrown`. */
function createReplacer({ train, maxBroken }: ReadingOptions) {
  const real = realImages(train);
  const known = new Map<number, ImageFailure>();
  return async (
    index: number,
    thrown: unknown,
    read: Read,
    describe: (index: number) => string,
  ): Promise<ReadingReport & { readonly used: number }> => {
    const broken: ImageFailure[] = [];
    let error = thrown;
    for (let used = index; ;) {
      const failure = known.get(used) ?? plainFailure(error, describe(used));
      if (!known.has(used) && !(error instanceof BrokenImage)) return { broken, failure: withName(failure), used };
      known.set(used, failure);
      broken.push(failure);
      // Synthetic images never replace a real one.
      used = (used + 1) % real;
      // More broken images than allowed end the run.
      if (broken.length > maxBroken) return { broken, used: index };
      if (used === index) return { broken, failure: noneLeft(train), used };
      if (known.has(used)) continue;
      try {
        await read(used);
        return { broken, used };
      } catch (next) {
        error = next;
      }
    }
  };
}
