// The counts of each true class by predicted class.
import type { Predictions } from './predictions.js';

export interface Confusion {
  readonly classNames: readonly string[];
  /** `counts[label][predicted]`: number of images. */
  readonly counts: readonly (readonly number[])[];
}

/** Computes the confusion matrix. */
export function confusionOf({ classNames, labels, predicted }: Predictions): Confusion {
  const counts = classNames.map(() => classNames.map(() => 0));
  labels.forEach((label, index) => counts[label][predicted[index]]++);
  return { classNames, counts };
}

/** Images of one class predicted as another. */
export interface ConfusedPair {
  readonly label: number;
  readonly className: string;
  readonly predicted: number;
  readonly predictedName: string;
  readonly images: number;
  /** Share of the images of the class. */
  readonly percent: number;
}

/** Returns the `limit` pairs of classes with the most images; of equal ones by larger share, then by label. */
export function confusedPairs({ classNames, counts }: Confusion, limit: number): readonly ConfusedPair[] {
  const pairs = counts.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((images, predicted): ConfusedPair[] => {
      if (predicted === label || images === 0) return [];
      const names = { className: classNames[label], predictedName: classNames[predicted] };
      return [{ label, predicted, ...names, images, percent: (100 * images) / total }];
    });
  });
  return pairs.sort((a, b) => b.images - a.images || b.percent - a.percent).slice(0, limit);
}
