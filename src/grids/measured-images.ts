// Names the images that errors were measured on.
import { counted } from '../common/format.js';
import type { ExperimentConfig } from '../config/schema.js';

const allTestImages = 'the test images';

/** `the test images`, `1000 test images`, `5000 held-out training images`: what a run's errors are measured on. */
function measuredImages({ dataset }: ExperimentConfig): string {
  const { holdout, validationFraction, testSubset } = dataset;
  if (holdout > 0) return counted(holdout, 'held-out training image');
  if (validationFraction !== undefined) return `${testSubset ?? 'the'} images of dataset.validationFraction`;
  return testSubset === undefined ? allTestImages : counted(testSubset, 'test image');
}

/** The images that a config measures errors on where they are not all test images; else undefined. */
export function otherThanTestImages(config: ExperimentConfig): string | undefined {
  const images = measuredImages(config);
  return images === allTestImages ? undefined : images;
}

/** What the errors of runs were measured on; where rows differ in it, each with its rows. */
export function measuredOn(runs: readonly { readonly row: string; readonly config: ExperimentConfig }[]): string {
  const texts = [...new Set(runs.map(({ config }) => measuredImages(config)))];
  if (texts.length === 1) return texts[0];
  const rowsOn = (text: string): readonly string[] => [
    ...new Set(runs.flatMap((run) => (measuredImages(run.config) === text ? [run.row] : []))),
  ];
  return texts.map((text) => `${text} (${rowsOn(text).join(', ')})`).join(' and ');
}
