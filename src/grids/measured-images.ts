// Describes the images that errors were measured on.
import { counted, percentText } from '../common/format.js';
import type { ExperimentConfig } from '../config/schema.js';

const allTestImages = 'the test images';

/**
 * Returns the images of a run's errors: `the test images`, `1000 test images`, `5000 held-out training images`, `the
 * held-out 20 % of the training images`.
 */
export function measuredImages({ dataset }: ExperimentConfig): string {
  const { holdout, validationFraction, testSubset } = dataset;
  if (holdout > 0) return counted(holdout, 'held-out training image');
  // With a fraction held out, testSubset selects from these images.
  if (testSubset !== undefined)
    return counted(testSubset, validationFraction === undefined ? 'test image' : 'held-out training image');
  return validationFraction === undefined
    ? allTestImages
    : `the held-out ${percentText(validationFraction)} of the training images`;
}

/** Returns the images of a config's errors if they are not all test images; otherwise undefined. */
export function otherThanTestImages(config: ExperimentConfig): string | undefined {
  const images = measuredImages(config);
  return images === allTestImages ? undefined : images;
}

/** Returns the images of the errors of several runs; if rows differ, each with its rows. */
export function measuredOn(runs: readonly { readonly row: string; readonly config: ExperimentConfig }[]): string {
  const texts = [...new Set(runs.map(({ config }) => measuredImages(config)))];
  if (texts.length === 1) return texts[0];
  const rowsOn = (text: string): readonly string[] => [
    ...new Set(runs.flatMap((run) => (measuredImages(run.config) === text ? [run.row] : []))),
  ];
  return texts.map((text) => `${text} (${rowsOn(text).join(', ')})`).join(' and ');
}
