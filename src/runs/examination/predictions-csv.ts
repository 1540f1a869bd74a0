// Predictions as CSV: one line per image.
import { stringify } from 'csv-stringify/sync';
import type { Predictions } from './predictions.js';

const header = [
  ...['image', 'index', 'label', 'class', 'predicted_label', 'predicted_class', 'correct', 'confidence', 'loss'],
];

/** The header of `predictionsCsv`, which identifies its files. */
export const predictionsHeader = header.join(',');

/** Formats one line per image, unrounded; `nameOf` returns the name of the image at an index of the source. */
export function predictionsCsv(
  { classNames, indices, labels, predicted, confidence, loss }: Predictions,
  nameOf: (index: number) => string,
): string {
  const lines = Array.from(labels, (label, at) => {
    const [index, guess] = [indices[at], predicted[at]];
    const correct = label === guess ? 1 : 0;
    return [
      nameOf(index),
      index,
      label,
      classNames[label],
      guess,
      classNames[guess],
      correct,
      confidence[at],
      loss[at],
    ];
  });
  return stringify([header, ...lines]);
}
