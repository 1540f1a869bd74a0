// The table of a grid for terminals, as CSV and as Markdown.
import { expect, it } from 'vitest';
import { outcomeCsv, outcomeMarkdown, outcomeNotes, outcomeTable, shortNote } from '../../src/grids/outcome-table.js';
import { rowOutcomes } from '../../src/grids/outcomes.js';
import { comparedOutcomes, someOutcome } from '../support/outcomes.js';

const rows = rowOutcomes([
  ...[someOutcome('b', 1, 10), someOutcome('a', 1, 20), someOutcome('c', 1)],
  ...[someOutcome('b', 2, 12), someOutcome('a', 2), someOutcome('c', 2)],
  someOutcome('b', 3, 17),
]);
const compared = rowOutcomes(comparedOutcomes);

it('says how many seeds are done where some are not, and that one run has no interval', () => {
  expect(outcomeTable(rows, 'loss')).toEqual({
    header: ['loss', 'last 10 %', '95 %', 'best %', 'last %', 'seeds'],
    rows: [
      ['b', '13.00 ± 3.61', '4.04 to 21.96', '12.00 ± 3.61', '14.00 ± 3.61', '3'],
      ['a', '20.00', 'n = 1', '19.00', '21.00', '1 of 2'],
      ['c', '-', '-', '-', '-', '0 of 2'],
    ],
  });
});

it('compares with cross entropy where the grid has it', () => {
  const { header, rows: lines } = outcomeTable(compared, 'loss');
  expect(header.slice(2, 6)).toEqual(['95 %', 'minus basic', 'p', 'p (Holm)']);
  expect(lines.map((line) => line.slice(2, 6))).toEqual([
    ['20.18 to 25.08', '', '', ''],
    ['21.55 to 22.87', '-0.42 [-2.36, +1.52]', '0.54', '0.54'],
    ['23.56 to 25.84', '+2.07 [+0.64, +3.50]', '0.050', '0.100'],
  ]);
  expect(outcomeNotes(compared)[1]).toContain('correction over the 2 rows that have a p');
});

it('says why there is no p', () => {
  const same = (name: string, loss: string, error: number) =>
    [1, 2, 3].map((seed) => someOutcome(name, seed, error, { loss: { name: loss } }));
  const notes = outcomeNotes(rowOutcomes([...same('basic', 'cross-entropy', 20), ...same('isda', 'isda', 21)]));
  expect(notes[1]).toMatch(
    /p: Welch's t-test against basic over all seeds of both, two-sided; it needs two runs of each, and errors that differ\.$/,
  );
});

it('says which row is compared with which where there are several rows of cross entropy', () => {
  const runs = (name: string, loss: string, momentum: number) =>
    [1, 2].map((seed) => someOutcome(name, seed, 20 + seed, { loss: { name: loss }, optimizer: { name: 'sgd', momentum } })); // prettier-ignore
  const two = rowOutcomes([
    ...[...runs('basic', 'cross-entropy', 0.9), ...runs('isda', 'isda', 0.9), ...runs('lq', 'lq', 0.9)],
    ...[...runs('slow', 'cross-entropy', 0.8), ...runs('isda-slow', 'isda', 0.8)],
  ]);
  expect(outcomeTable(two, 'loss').header[3]).toBe('minus cross entropy');
  expect(outcomeNotes(two)).toContain('Compared with basic: isda, lq; with slow: isda-slow.');
  expect(outcomeNotes(compared).join('\n')).not.toContain('Compared with');
});

it('says which rows differ from their baseline in more than the method', () => {
  const runs = (name: string, loss: string, momentum: number) =>
    [1, 2].map((seed) => someOutcome(name, seed, 20 + seed, { loss: { name: loss }, optimizer: { name: 'sgd', momentum } })); // prettier-ignore
  const changed = rowOutcomes([...runs('basic', 'cross-entropy', 0.9), ...runs('isda', 'isda', 0.8), ...runs('lq', 'lq', 0.9)]); // prettier-ignore
  expect(outcomeNotes(changed)).toContain(
    'More than the method differs: basic to isda (optimizer.momentum 0.9 → 0.8).',
  );
  expect(outcomeNotes(compared).join('\n')).not.toContain('More than');
});

it('says which means are over fewer than ten epochs', () => {
  expect(shortNote(rows)).toBe('The mean of fewer than ten epochs: b, a (all 2 epochs).');
  expect(shortNote(compared)).toBe('The mean of fewer than ten epochs: all rows (all 2 epochs).');
  expect(shortNote(rows.map((row) => ({ ...row, averagedEpochs: 10 })))).toBeUndefined();
});

it('outcomeCsv is unrounded, with empty cells for what is not there', () => {
  const [header, ...lines] = outcomeCsv(rows).split('\n').map((line) => line.split(',')); // prettier-ignore
  expect(header.slice(0, 9).join()).toBe(
    'row,last10_mean,last10_std,best_mean,best_std,last_mean,last_std,seeds_done,seeds_asked',
  );
  expect(lines[0].slice(0, 9)).toEqual(['b', '13', ...['12', '14'].flatMap((mean) => [`${Math.sqrt(13)}`, mean]), `${Math.sqrt(13)}`, '3', '3']); // prettier-ignore
  expect(lines[1].join()).toBe('a,20,,19,,21,,1,2,,,2,,,,,,,,,,1');
  expect(lines[2].join()).toBe('c,,,,,,,0,2,,,,,,,,,,,,,2');
  const isda = outcomeCsv(compared).split('\n')[2].split(',');
  const of = (name: string): number => Number(isda[header.indexOf(name)]);
  expect(isda[header.indexOf('baseline')]).toBe('basic');
  expect(of('difference_low')).toBeCloseTo(-2.362287291049313, 9);
  expect(of('p_holm')).toBeCloseTo(0.5389926689986239, 9);
});

it('outcomeNotes names the failed runs, which the means do not include', () => {
  expect(outcomeNotes(rows)).toContain(
    'Failed, and not included in any mean: a, seed 2 (x); c, seed 1 (x); c, seed 2 (x).',
  );
  expect(outcomeNotes(compared).join('\n')).not.toContain('Failed');
  const many = rowOutcomes(Array.from({ length: 8 }, (_, index) => someOutcome('d', index + 1)));
  expect(outcomeNotes(many).at(-1)).toMatch(/: d, seed 1 \(x\); .*; d, seed 6 \(x\); and 2 more\.$/);
});

it('outcomeNotes says which images the errors are of', () => {
  expect(outcomeNotes(rows, '50 held-out training images')[0]).toMatch(
    /^"last 10" is the mean error of the last ten epochs on 50 held-out training images; /,
  );
});

it('outcomeNotes says that an interval which passes 0 or 100 % is not cut off', () => {
  const note = 'Intervals are not clipped at 0 or 100 %: with so few seeds the mean is uncertain.';
  expect(outcomeNotes(rows)).not.toContain(note);
  for (const interval of [
    { low: -2, high: 30 },
    { low: 60, high: 101 },
  ])
    expect(outcomeNotes([{ ...rows[0], interval }])).toContain(note);
});

it('outcomeMarkdown says what the numbers are', () => {
  const titles = { title: 'T', first: 'loss', measured: '50 held-out training images' };
  expect(outcomeMarkdown(titles, rows.slice(0, 1))).toBe(`# T

Error in percent on 50 held-out training images.

| loss | last 10 % | 95 % | best % | last % | seeds |
| --- | --: | --: | --: | --: | --: |
| b | 13.00 ± 3.61 | 4.04 to 21.96 | 12.00 ± 3.61 | 14.00 ± 3.61 | 3 |

"last 10" is the mean error of the last ten epochs; ± is the sample standard deviation over the seeds. 95 %: confidence interval of the mean over the seeds, by Student's t; it needs two runs.

The mean of fewer than ten epochs: b (all 2 epochs).
`);
});
