// The error of each class.
import { wilsonInterval } from '../../common/statistics/proportions.js';
import type { Interval } from '../../common/statistics/samples.js';
import type { Predictions } from './predictions.js';

export interface ClassError {
  readonly label: number;
  readonly className: string;
  readonly images: number;
  /** Number of images predicted as another class. */
  readonly wrong: number;
  /** Absent for a class without images, as is the interval. */
  readonly errorPercent?: number;
  /** Wilson interval, 95 %, in percent. */
  readonly interval?: Interval;
}

/** Returns the error of each class, in the order of the labels: 100 % minus its recall. */
export function errorsByClass({ classNames, labels, predicted }: Predictions): readonly ClassError[] {
  const images = classNames.map(() => 0);
  const wrong = classNames.map(() => 0);
  labels.forEach((label, index) => {
    images[label]++;
    if (predicted[index] !== label) wrong[label]++;
  });
  return classNames.map((className, label) => {
    const counts = { label, className, images: images[label], wrong: wrong[label] };
    const interval = wilsonInterval(counts.wrong, counts.images);
    if (interval === undefined) return counts;
    const percent = { low: 100 * interval.low, high: 100 * interval.high };
    return { ...counts, errorPercent: (100 * counts.wrong) / counts.images, interval: percent };
  });
}
