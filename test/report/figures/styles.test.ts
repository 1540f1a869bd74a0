// The curves of a figure are distinguishable by colour, dashes and markers.
import { expect, it } from 'vitest';
import { markerAt, paper, strokeOf, type SeriesStyle } from '../../../src/report/chart/style.js';
import { figureSpecs } from '../../../src/report/figures/spec.js';

const lookOf = (style: SeriesStyle): string =>
  `${JSON.stringify(strokeOf(style, paper))} ${markerAt(style, paper, 0, 0)}`;
const markerOf = (style: SeriesStyle): string => markerAt(style, paper, 0, 0);
const stylesOf = (figure: string, names: readonly string[]): readonly SeriesStyle[] => {
  const { fields, styles } = figureSpecs.find(({ name }) => name === figure)!;
  return fields.flatMap((field) => styles(names, field));
};

const augmentations = ['', ' + Cutout', ' + AutoAugment'];
const paperNames = augmentations.flatMap((added) => [`basic${added}`, `ISDA${added}`]);
const lambdas = Array.from({ length: 40 }, (_, index) => `ISDA (lambda0 ${index})`);

it.each(figureSpecs.map(({ name }) => name))('no two curves of figure %s look the same', (figure) => {
  const lists = [
    // `paperNames` with any number of other names before and after each.
    ...paperNames.flatMap((last) => [1, 2, 3, 4, 5, 6, 7].map((count) => [...lambdas.slice(0, count), last])),
    [...paperNames, ...lambdas],
    [...paperNames.slice(0, 4), 'ISDA + Cutout (length 4)', ...paperNames.slice(4)],
    ['basic', 'basic + mixup', 'basic + Cutout', 'basic + Cutout + mixup', 'ISDA', 'ISDA, from x (sha256 12345678)'],
  ];
  for (const names of lists) {
    const styles = stylesOf(figure, names);
    expect(new Set(styles.map(lookOf)).size, names.join()).toBe(styles.length);
  }
});

it('curves of figure 2 with one colour have different markers', () => {
  const styles = stylesOf('2', [...lambdas, ...paperNames]);
  expect(new Set(styles.map(markerOf)).size).toBe(styles.length);
});

it('further curves differ in their dashes once no marker is left', () => {
  const many = Array.from({ length: 200 }, (_, index) => `ISDA (lambda0 ${index})`);
  const styles = stylesOf('2', [...paperNames, ...many]);
  expect(new Set(styles.map(lookOf)).size).toBe(styles.length);
});

it('the curves of the paper keep their styles beside others', () => {
  const alone = stylesOf('2', paperNames);
  expect(stylesOf('2', [...lambdas, ...paperNames]).slice(lambdas.length)).toEqual(alone);
});
