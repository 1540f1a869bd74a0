// The heat map of a confusion matrix: rows the classes, columns the predicted ones.
import type { Confusion } from '../../runs/examination/confusion.js';
import { paper } from '../chart/style.js';
import { shorten, textWidth } from '../chart/text.js';
import { coordinate, document, element, textElement } from '../svg.js';

const [margin, titleSize, labelSize, keyHeight] = [14, 15, 12, 12];
/** The maximum number of classes for which cells show their counts. */
const maxCounted = 20;
/** The smallest side of a cell, in pixels, at which every class name fits beside its row. */
const legibleCell = 13;
/** The maximum width of names beside the matrix, in pixels. */
const maxLabelWidth = 150;

/** Correct predictions are blue, wrong ones orange; the larger the share, the darker. */
const [right, wrong] = [paper.series[0], paper.series[1]];

/**
 * The side of a cell in pixels: large enough for a count with few classes, 600 pixels for the matrix with many.
 */
const cellOf = (classes: number): number => Math.max(1, Math.min(44, Math.floor(600 / classes)));

/** The colour between white (`share` 0) and `colour` (1). */
function shade(colour: string, share: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const mixed = channels.map((value) => Math.round(255 + (value - 255) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The colour of text on a background: black or white, whichever has the larger contrast (WCAG 2, relative luminance).
 */
function inkOn(ground: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const level = Number.parseInt(ground.slice(at, at + 2), 16) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179 ? '#ffffff' : paper.ink;
}

interface Key {
  readonly colour: string;
  /** What the colour means. */
  readonly text: string;
  /** What the darkest colour stands for. */
  readonly end: string;
}

/** A bar from white to a colour, with the meaning of its ends. */
function key({ colour, text, end }: Key, { x, y, width }: { x: number; y: number; width: number }): string[] {
  const steps = 24;
  const step = width / steps;
  const bar = Array.from(
    { length: steps },
    (_, index) =>
    element('rect', { x: x + index * step, y, width: step + 0.3, height: keyHeight, fill: shade(colour, index / (steps - 1)) }), // prettier-ignore
  );
  const size = { 'font-size': labelSize, fill: paper.soft };
  return [
    textElement(text, { x, y: y - 6, ...size }),
    ...bar,
    element('rect', { x, y, width, height: keyHeight, fill: 'none', stroke: paper.soft, 'stroke-width': 0.5 }),
    textElement('0', { x, y: y + keyHeight + 14, ...size }),
    textElement(end, { x: x + width, y: y + keyHeight + 14, 'text-anchor': 'end', ...size }),
  ];
}

interface Matrix {
  readonly counts: Confusion['counts'];
  /** Each cell's fraction of its row. */
  readonly shares: readonly (readonly number[])[];
  /** The largest share of a wrong class. */
  readonly largest: number;
}

/**
 * The coloured cells, with counts if there are few classes; `left`, `top`: the matrix's corner, `cell`: the side of a
 * cell.
 */
function cellElements({ counts, shares, largest }: Matrix, left: number, top: number, cell: number): string[] {
  const classes = counts.length;
  return counts.flatMap((row, label) =>
    row.flatMap((count, predicted) => {
      const share = shares[label][predicted];
      const isRight = label === predicted;
      const depth = isRight ? share : largest === 0 ? 0 : share / largest;
      // An empty cell is as white as the background, and most cells of many classes are empty.
      if (count === 0 && classes > maxCounted) return [];
      const place = { x: left + predicted * cell, y: top + label * cell };
      const fill = shade(isRight ? right : wrong, depth);
      const size = Math.min(13, (cell - 4) / Math.max(1, String(count).length * 0.66));
      return [
        element('rect', { ...place, width: cell, height: cell, fill }),
        ...(classes > maxCounted || count === 0
          ? []
          : [
              textElement(String(count), {
                x: place.x + cell / 2,
                y: place.y + cell / 2 + size * 0.36,
                'text-anchor': 'middle',
                'font-size': size,
                fill: inkOn(fill),
              }),
            ]),
      ];
    }),
  );
}

interface HeatMapOptions {
  readonly title: string;
}

/**
 * Draws the matrix; a cell's colour shows its fraction of the images of its row. The scale of wrong predictions ends at
 * the largest of them, so that they are visible beside a diagonal near 1.
 */
export function confusionMap({ classNames, counts }: Confusion, { title }: HeatMapOptions): string {
  const classes = classNames.length;
  const cell = cellOf(classes);
  const shares = counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });
  const errors = shares.flatMap((row, label) => row.filter((_, predicted) => predicted !== label));
  const largest = errors.reduce((most, share) => Math.max(most, share), 0);
  // Names of many classes would overlap: only every n-th is written.
  const every = Math.ceil(legibleCell / cell);
  const names = classNames.map((name) => shorten(name.replaceAll(' ', '\u00a0'), maxLabelWidth, labelSize));
  const shown = names.map((name, index) => ({ name, index })).filter(({ index }) => index % every === 0);
  const labelWidth = Math.max(...shown.map(({ name }) => textWidth(name, labelSize)));
  const side = cell * classes;
  const left = margin + 22 + labelWidth + 8;
  const whole = Math.max(left + side + margin, textWidth(title, titleSize) + 2 * margin, 420);
  const top = margin + 34;
  const bottom = top + side;
  const at = (index: number): number => index * cell + cell / 2;
  const middle = { x: left + side / 2, y: top + side / 2 };
  const keyPlace = { y: bottom + labelWidth + 66, width: Math.min(220, (whole - 3 * margin) / 2) };
  const wrongEnd = `${(100 * largest).toFixed(largest < 0.1 ? 1 : 0)} %`;

  const sideways = (x: number, y: number): string => `rotate(-90 ${coordinate(x)} ${coordinate(y)})`;
  const [x, y] = [margin + 10, middle.y];
  return document(
    { width: Math.ceil(whole), height: Math.ceil(keyPlace.y + keyHeight + 26), title, ground: paper.ground },
    [
      textElement(title, { x: margin, y: margin + 12, 'font-size': titleSize }),
      ...cellElements({ counts, shares, largest }, left, top, cell),
      element('rect', { x: left, y: top, width: side, height: side, fill: 'none', stroke: paper.soft }),
      ...shown.flatMap(({ name, index }) => [
        textElement(name, { x: left - 8, y: top + at(index) + 4, 'text-anchor': 'end', 'font-size': labelSize }),
        textElement(name, {
          x: left + at(index) + 4,
          y: bottom + 8,
          'text-anchor': 'end',
          transform: sideways(left + at(index) + 4, bottom + 8),
          'font-size': labelSize,
        }),
      ]),
      textElement('true class', { x, y, 'text-anchor': 'middle', transform: sideways(x, y), fill: paper.soft }),
      textElement('predicted', { x: middle.x, y: bottom + labelWidth + 28, 'text-anchor': 'middle', fill: paper.soft }),
      ...key({ colour: right, text: 'correct, share of the class', end: '100 %' }, { x: margin, ...keyPlace }),
      ...key({ colour: wrong, text: 'wrong', end: wrongEnd }, { x: 2 * margin + keyPlace.width, ...keyPlace }),
    ],
  );
}
