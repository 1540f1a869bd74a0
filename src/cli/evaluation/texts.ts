// The text output of `isda evaluate`, wrapped to a width.
import { twoDecimals } from '../../common/format.js';
import { formatP, formatSigned } from '../../common/statistics/texts.js';
import type { ClassError } from '../../runs/examination/by-class.js';
import type { Calibration } from '../../runs/examination/calibration.js';
import type { TemperatureScaling } from '../../runs/examination/temperature.js';
import type { PairedOutcome } from '../../runs/examination/compare.js';
import type { ConfusedPair, Confusion } from '../../runs/examination/confusion.js';
import { foldedTable, widthOf, wrapText } from '../terminal/fold.js';
import { formatTable } from '../terminal/table.js';

/** Maximum width without a terminal, for readable lines. */
const widestTable = 240;

const percent = (value: number | undefined): string => (value === undefined ? '-' : twoDecimals(value));

/** Formats the error of each class; `others`: those of a second network. */
export function classTable(classes: readonly ClassError[], width: number, others?: readonly ClassError[]): string {
  const header = [
    'class',
    'images',
    'wrong',
    'error %',
    '95 % interval',
    ...(others ? ['other error %', 'difference'] : []),
  ];
  const rows = classes.map(({ className, images, wrong, errorPercent, interval }, label) => {
    const other = others?.[label].errorPercent;
    const difference = other === undefined || errorPercent === undefined ? '-' : formatSigned(other - errorPercent);
    return [
      className,
      String(images),
      String(wrong),
      percent(errorPercent),
      interval === undefined ? '-' : `${percent(interval.low)} to ${percent(interval.high)}`,
      ...(others ? [percent(other), difference] : []),
    ];
  });
  return foldedTable(header, rows, width);
}

/** Formats the matrix if it fits, otherwise a hint where to see it. */
export function confusionTable({ classNames, counts }: Confusion, width: number): string {
  const cells = counts.map((row) => row.map((count) => (count === 0 ? '-' : String(count))));
  const fits = (table: string): boolean => widthOf(table) <= Math.min(width, widestTable);
  const named = formatTable(
    ['true / predicted', ...classNames],
    cells.map((row, label) => [classNames[label], ...row]),
  );
  if (fits(named)) return named;
  const numbered = formatTable(
    ['true / predicted', '', ...classNames.map((_, label) => String(label))],
    cells.map((row, label) => [classNames[label], String(label), ...row]),
  );
  if (fits(numbered)) return numbered;
  const text = `The matrix of ${classNames.length} classes is too wide to print: --confusion FILE.csv, FILE.svg or FILE.png writes it to a file.`;
  return wrapText(text, width);
}

/** Formats the pairs of classes with the most confused images. */
export function pairTable(pairs: readonly ConfusedPair[], width: number): string {
  if (pairs.length === 0) return 'no image was predicted as another class';
  const rows = pairs.map(({ className, predictedName, images, percent: share }) => [
    className,
    predictedName,
    String(images),
    share.toFixed(1),
  ]);
  return foldedTable(['class', 'predicted', 'images', '% of the class'], rows, width);
}

/** Formats the result of temperature scaling. */
function scalingText({ temperatures, loss, expectedErrorPercent }: TemperatureScaling): string {
  const [even, odd] = temperatures.map(twoDecimals);
  return (
    `with temperature scaling: loss ${loss.toFixed(4)}, expected calibration error ${percent(expectedErrorPercent)} % ` +
    `(temperatures ${even} and ${odd}, each fitted on one half of the images and applied to the other)`
  );
}

/** Formats the calibration: one line per number, and a table of the bins with images. */
export function calibrationText(
  calibration: Calibration,
  scaling: TemperatureScaling | undefined,
  width: number,
): string {
  const { bins, expectedErrorPercent, maxErrorPercent, meanConfidencePercent, accuracyPercent } = calibration;
  const surer = meanConfidencePercent - accuracyPercent;
  const facts = [
    `expected calibration error ${percent(expectedErrorPercent)} % (${bins.length} bins)`,
    `maximum calibration error ${percent(maxErrorPercent)} %`,
    `mean confidence ${percent(meanConfidencePercent)} %, accuracy ${percent(accuracyPercent)} %: ` +
      `${surer > 0 ? 'overconfident' : 'underconfident'} by ${twoDecimals(Math.abs(surer))} points`,
    ...(scaling === undefined ? [] : [scalingText(scaling)]),
  ];
  const rows = bins
    .filter(({ images }) => images > 0)
    .map(({ low, high, images, confidence = 0, accuracy = 0 }) => [
      `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`,
      String(images),
      percent(100 * confidence),
      percent(100 * accuracy),
    ]);
  const table = foldedTable(['confidence %', 'images', 'mean confidence %', 'accuracy %'], rows, width);
  return `${facts.map((fact) => wrapText(fact, width)).join('\n')}\n${table}`;
}

/** Formats a comparison: the images that each network classifies correctly, and McNemar's test. */
export function comparisonText(outcome: PairedOutcome, names: readonly [string, string], width: number): string {
  const { bothRight, onlyFirstRight, onlySecondRight, bothWrong, differencePercent, p } = outcome;
  const rows = [
    ['both right', String(bothRight)],
    [`only ${names[0]} right`, String(onlyFirstRight)],
    [`only ${names[1]} right`, String(onlySecondRight)],
    ['both wrong', String(bothWrong)],
  ];
  const differing = onlyFirstRight + onlySecondRight;
  const test =
    `difference ${formatSigned(differencePercent)} points of error (${names[1]} minus ${names[0]}); McNemar's exact test over the ` +
    `${differing} images that only one classifies correctly: p ${p < 0.001 ? 'below 0.001' : `= ${formatP(p)}`}`;
  return `${foldedTable(['images', 'count'], rows, width)}\n${wrapText(test, width)}`;
}
