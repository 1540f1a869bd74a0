// Groups the batches of an epoch that make one update.
import type { TrainingOptions } from './options.js';
import type { BatchGroup } from './step-inputs.js';

type Grouping = Pick<TrainingOptions, 'accumulate' | 'batchSize'>;

/** Updates of an epoch: one for every `accumulate` batches, and one for those that are left. */
export const updatesPerEpoch = (batches: number, { accumulate = 1 }: Pick<Grouping, 'accumulate'>): number =>
  Math.ceil(batches / accumulate);

/**
 * The number of the update, over all epochs and counted from 1, that a batch belongs to. Epochs count from 1, batches
 * from 0.
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
 * The group of batch number `batch` (from 0), which has `images` images, up to it: groups begin with the epoch, and the
 * last may be smaller, as may the last batch. Undefined where each batch makes an update.
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
