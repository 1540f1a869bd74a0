// Calibration of a network: its confidence compared with its accuracy (Guo et al., 2017).
import type { Predictions } from './predictions.js';

/** Images whose confidence is above `low` and at most `high`. */
interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Means over its images, 0 … 1; absent if there are none. */
  readonly confidence?: number;
  readonly accuracy?: number;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: the difference between both means of a bin, averaged over the images. */
  readonly expectedErrorPercent: number;
  /** The largest difference of a bin. */
  readonly maxErrorPercent: number;
  readonly meanConfidencePercent: number;
  readonly accuracyPercent: number;
}

/** The usual number of bins (Guo et al., section 2). */
const usualBins = 15;

/** Computes the calibration in bins of equal width. */
export function calibrationOf({ labels, predicted, confidence }: Predictions, bins = usualBins): Calibration {
  const sums = Array.from({ length: bins }, () => ({ images: 0, confidence: 0, right: 0 }));
  labels.forEach((label, index) => {
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence[index] * bins) - 1))];
    bin.images++;
    bin.confidence += confidence[index];
    if (predicted[index] === label) bin.right++;
  });
  const total = labels.length;
  const gapOf = (bin: (typeof sums)[0]): number => Math.abs(bin.right - bin.confidence);
  const sum = (valueOf: (bin: (typeof sums)[0]) => number): number =>
    sums.reduce((whole, bin) => whole + valueOf(bin), 0);
  return {
    bins: sums.map(({ images, confidence: confident, right }, index) => ({
      low: index / bins,
      high: (index + 1) / bins,
      images,
      ...(images > 0 && { confidence: confident / images, accuracy: right / images }),
    })),
    expectedErrorPercent: (100 * sum(gapOf)) / total,
    maxErrorPercent: 100 * Math.max(...sums.map((bin) => (bin.images === 0 ? 0 : gapOf(bin) / bin.images))),
    meanConfidencePercent: (100 * sum((bin) => bin.confidence)) / total,
    accuracyPercent: (100 * sum((bin) => bin.right)) / total,
  };
}
