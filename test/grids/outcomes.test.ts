// Outcomes of a grid: means, deviations, the table in its three forms.
import { describe, expect, it } from 'vitest';
import {
  formatSpread,
  outcomeCsv,
  outcomeMarkdown,
  outcomeTable,
  rowOutcomes,
  spreadOf,
} from '../../src/grids/outcomes.js';
import type { CellOutcome } from '../../src/grids/executors/executor.js';
import { someCell, someSummary } from '../support/cells.js';

const outcome = (row: string, seed: number, error?: number): CellOutcome => ({
  cell: { ...someCell(row, seed), name: '', folder: '' },
  end: error === undefined ? { state: 'failed', reason: 'x' } : { state: 'done' },
  ...(error === undefined ? {} : { summary: someSummary(error) }),
});
const rows = rowOutcomes([
  ...[outcome('b', 1, 10), outcome('a', 1, 20), outcome('c', 1)],
  ...[outcome('b', 2, 12), outcome('a', 2), outcome('c', 2)],
  outcome('b', 3, 17),
]);

describe('rowOutcomes', () => {
  it('has the mean and the sample standard deviation over the seeds that are done', () => {
    expect(rows[0]).toEqual({
      row: 'b',
      seeds: [1, 2, 3],
      asked: 3,
      last10: { mean: 13, std: Math.sqrt((9 + 1 + 16) / 2) },
      best: { mean: 12, std: Math.sqrt(13) },
      last: { mean: 14, std: Math.sqrt(13) },
    });
  });
  it('has no deviation of one run, and nothing of none', () => {
    expect(rows[1]).toMatchObject({ row: 'a', seeds: [1], asked: 2, last10: { mean: 20 } });
    expect(rows[1].last10).not.toHaveProperty('std');
    expect(rows[2]).toMatchObject({ row: 'c', seeds: [], last10: undefined });
  });
  it('spreadOf no values is undefined', () => expect(spreadOf([])).toBeUndefined());
});

it('formatSpread', () => {
  expect([{ mean: 6.234, std: 0.106 }, { mean: 6 }, undefined].map(formatSpread)).toEqual(['6.23 ± 0.11', '6.00', '-']);
});

it('outcomeTable says how many seeds are done where some are not', () => {
  expect(outcomeTable(rows, 'loss')).toEqual({
    header: ['loss', 'last 10 %', 'best %', 'last %', 'seeds'],
    rows: [
      ['b', '13.00 ± 3.61', '12.00 ± 3.61', '14.00 ± 3.61', '3'],
      ['a', '20.00', '19.00', '21.00', '1 of 2'],
      ['c', '-', '-', '-', '0 of 2'],
    ],
  });
});

it('outcomeCsv is unrounded, with empty cells for what is not there', () => {
  expect(outcomeCsv(rows).split('\n')).toEqual([
    'row,last10_mean,last10_std,best_mean,best_std,last_mean,last_std,seeds_done,seeds_asked',
    `b,13,${Math.sqrt(13)},12,${Math.sqrt(13)},14,${Math.sqrt(13)},3,3`,
    'a,20,,19,,21,,1,2',
    'c,,,,,,,0,2',
    '',
  ]);
});

it('outcomeMarkdown says what the numbers are', () => {
  const text = outcomeMarkdown('T', rows.slice(0, 1), 'loss', '50 held-out training images');
  expect(text).toBe(`# T

Error in percent on 50 held-out training images, mean ± sample standard deviation over the seeds. "last 10" is the mean of the last ten epochs.

| loss | last 10 % | best % | last % | seeds |
| --- | --: | --: | --: | --: |
| b | 13.00 ± 3.61 | 12.00 ± 3.61 | 14.00 ± 3.61 | 3 |
`);
});
