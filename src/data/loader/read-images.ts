// Reads the images of a batch and replaces broken ones, identically in every thread.
import { cannot } from '../../common/errors.js';
import { realImages } from '../batches.js';
import { createReader } from '../create-reader.js';
import { imageBytes } from '../dataset.js';
import type { AugmentationOptions } from '../options.js';
import { BrokenImage } from '../reader.js';
import type { ImageSource } from '../source.js';
import { plainFailure, type PlainFailure } from './failure.js';
import type { BatchSpec } from './batch-spec.js';

/** What a thread needs to know to read images; can be sent to it. */
export interface ReadingPlan {
  readonly train: ImageSource;
  readonly evaluation: ImageSource;
  readonly augmentation: AugmentationOptions;
  readonly seed: number;
  /** Images that may be broken. */
  readonly maxBroken: number;
}

/** Why an image of a batch is not the one that was ordered. */
export interface ReadingReport {
  /** The broken images: the one that was ordered, and those tried in its place. */
  readonly broken: readonly PlainFailure[];
  /** Why there is no image at all: an error that is not about a broken image. */
  readonly failure?: PlainFailure;
}

/**
 * Reads images `first` … `end` − 1 of a batch into `images`, where the batch begins at `offset`. In place of a broken
 * image comes the next readable one (after the last image the first), and its index into `indices`. Ends early where
 * `isOver` says so, and after a failure. The reports are in the images' order. Never rejects.
 */
export type ReadImages = (
  order: Pick<BatchSpec, 'part' | 'epoch' | 'indices'>,
  range: { readonly first: number; readonly end: number },
  images: Uint8Array,
  offset: number,
  isOver: () => boolean,
) => Promise<ReadingReport[]>;

/** Images that a thread reads at a time, where its reader waits for another thread, such as one that decodes. */
const maxOpenFiles = 2;

type Read = (index: number) => void | Promise<void>;

/** Opens the readers of a plan in this thread. Errors: options that do not fit the images. */
export async function openReadImages(plan: ReadingPlan): Promise<ReadImages> {
  const { seed, augmentation } = plan;
  const size = imageBytes(plan.train);
  const readers = {
    train: await createReader(plan.train, augmentation),
    evaluation: await createReader(plan.evaluation, augmentation),
  };
  const replacers = { train: createReplacer(plan, 'train'), evaluation: createReplacer(plan, 'evaluation') };

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
          // Waiting for nothing would cost a synchronous reader more than some of its work.
          if (pending !== undefined) await pending;
        } catch (error) {
          const describe = (index: number): string => reader.describe(index);
          const { used, ...report } = await replacers[part](indices[at], error, read, describe);
          indices[at] = used;
          reports.push({ at, ...report });
          failed ||= report.failure !== undefined;
        }
      }
    };
    // A synchronous reader is done with all images before the second begins.
    await Promise.all(Array.from({ length: maxOpenFiles }, readSome));
    return reports.sort((a, b) => a.at - b.at).map(({ broken, failure }) => ({ broken, failure }));
  };
}

const noneLeft = ({ name, part, count }: ImageSource): PlainFailure =>
  cannot('read images', `not one of the ${count} images of ${name} ${part} can be read`, { code: 'data/damaged' });

/** Finds a readable image in place of the one at `index`, of which reading threw `thrown`. */
function createReplacer(plan: ReadingPlan, part: BatchSpec['part']) {
  const real = realImages(plan[part]);
  const known = new Map<number, PlainFailure>();
  return async (
    index: number,
    thrown: unknown,
    read: Read,
    describe: (index: number) => string,
  ): Promise<ReadingReport & { readonly used: number }> => {
    const broken: PlainFailure[] = [];
    let error = thrown;
    for (let used = index; ;) {
      const failure = known.get(used) ?? plainFailure(error, describe(used));
      if (!known.has(used) && !(error instanceof BrokenImage)) return { broken, failure, used };
      known.set(used, failure);
      broken.push(failure);
      // Synthetic images take no real one's place.
      used = (used + 1) % real;
      // One more than allowed ends the run anyway.
      if (broken.length > plan.maxBroken) return { broken, used: index };
      if (used === index) return { broken, failure: noneLeft(plan[part]), used };
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
