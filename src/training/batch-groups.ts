// Groups the batches of an epoch into updates.
import type { TrainingOptions } from './options.js';
import type { BatchGroup } from './step-inputs.js';

type Grouping = Pick<TrainingOptions, 'accumulate' | 'batchSize'>;

/** Returns the number of updates per epoch: one per `accumulate` batches, and one for the remaining batches. */
export const updatesPerEpoch = (batches: number, { accumulate = 1 }: Pick<Grouping, 'accumulate'>): number =>
  Math.ceil(batches / accumulate);

/**
 * Returns the number of the update that a batch belongs to, counted from 1 over all epochs. Epochs count from 1,
 * batches from 0.
 */
export function updateOf(
  place: { readonly epoch: number; readonly batch: number },
  batches: number,
  grouping: Grouping,
): number {
  const { accumulate = 1 } = grouping;
  return (place.epoch - 1) * updatesPerEpoch(batches, grouping) + Math.floor(place.batch / accumulate) + 1;
}

/**
 * Returns the group of batch number `batch` (from 0) with `images` images, up to this batch. Groups start with the
 * epoch; the last one may be smaller, and so may the last batch. Undefined if each batch makes an update.
 */
export function groupOf(
  { batch, images }: { readonly batch: number; readonly images: number },
  batches: number,
  { accumulate = 1, batchSize }: Grouping,
): BatchGroup | undefined {
  if (accumulate === 1) return undefined;
  const place = batch % accumulate;
  return { images: place * batchSize + images, isLast: place === accumulate - 1 || batch === batches - 1 };
}
