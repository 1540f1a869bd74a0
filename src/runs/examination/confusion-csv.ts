// A confusion matrix as CSV: one line per class.
import { stringify } from 'csv-stringify/sync';
import type { Confusion } from './confusion.js';

/** The first cell of `confusionCsv`, which identifies its files. */
export const confusionCorner = 'true / predicted';

/** Formats the counts, with the names of the classes in the first column and row. */
export const confusionCsv = ({ classNames, counts }: Confusion): string =>
  stringify([[confusionCorner, ...classNames], ...counts.map((row, label) => [classNames[label], ...row])]);
