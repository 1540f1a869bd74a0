// Compares the predictions of two networks on the same images.
import { mcnemarP } from '../../common/statistics/proportions.js';
import type { Predictions } from './predictions.js';

export interface PairedOutcome {
  readonly bothRight: number;
  readonly onlyFirstRight: number;
  readonly onlySecondRight: number;
  readonly bothWrong: number;
  /** Error of the second minus that of the first, in percentage points. */
  readonly differencePercent: number;
  /** p-value of McNemar's exact test, two-sided. */
  readonly p: number;
}

/** Counts the images by which network is right. Both predict the same images in the same order. */
export function comparePredictions(first: Predictions, second: Predictions): PairedOutcome {
  const counts = { bothRight: 0, onlyFirstRight: 0, onlySecondRight: 0, bothWrong: 0 };
  first.labels.forEach((label, index) => {
    const [one, other] = [first, second].map(({ predicted }) => predicted[index] === label);
    counts[one ? (other ? 'bothRight' : 'onlyFirstRight') : other ? 'onlySecondRight' : 'bothWrong']++;
  });
  const { onlyFirstRight, onlySecondRight } = counts;
  return {
    ...counts,
    differencePercent: (100 * (onlyFirstRight - onlySecondRight)) / first.labels.length,
    p: mcnemarP(onlyFirstRight, onlySecondRight),
  };
}
