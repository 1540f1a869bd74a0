// A confusion matrix as CSV: a line a class.
import { stringify } from 'csv-stringify/sync';
import type { Confusion } from './confusion.js';

/** The first cell of `confusionCsv`, by which its files are known. */
export const confusionCorner = 'true / predicted';

/** The counts, with the names of the classes before and above them. */
export const confusionCsv = ({ classNames, counts }: Confusion): string =>
  stringify([[confusionCorner, ...classNames], ...counts.map((row, label) => [classNames[label], ...row])]);
