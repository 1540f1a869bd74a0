// Tables as Markdown, CSV and text for terminals of any width.
import { describe, expect, it } from 'vitest';
import { wrapText } from '../../../src/cli/terminal/fold.js';
import { terminalTable } from '../../../src/cli/terminal/table-terminal.js';
import { tableCsv } from '../../../src/report/tables/csv.js';
import { tableMarkdown } from '../../../src/report/tables/markdown.js';
import { layTable } from '../../../src/report/tables/table.js';
import { someEntries, someEntry } from '../../support/tables.js';

const options = { parameters: () => '0.5M', notes: ['A note of several words.\n  isda table 1 --run'] };
const row = layTable(1, someEntries, options);

it('Markdown: a column a kind of number, notes as a list, commands as code', () => {
  expect(tableMarkdown(row)).toBe(`## Table 1. Networks on CIFAR

| network | params | CIFAR-10, basic<br>measured | CIFAR-10, basic<br>95 % | CIFAR-10, basic<br>printed | CIFAR-10, basic<br>diff | CIFAR-10, basic<br>n | CIFAR-10, ISDA<br>measured | CIFAR-10, ISDA<br>95 % | CIFAR-10, ISDA<br>printed | CIFAR-10, ISDA<br>diff | CIFAR-10, ISDA<br>n | CIFAR-10, ISDA<br>minus basic | CIFAR-10, ISDA<br>p | CIFAR-10, ISDA<br>p (Holm) |
| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
| ResNet-32 | 0.5M | 7.39 ± 0.08 | 7.19 to 7.59 | 7.39 ± 0.10 | 0.00 | 3 | 7.03 ± 0.03 | 6.78 to 7.28 | 7.09 ± 0.12 | -0.06 | 2/3 | -0.33 \\[-0.77, +0.12\\] | 0.009 | 0.009 |

- A note of several words. \`isda table 1 --run\`
`);
});

it('Markdown: names are no markup', () => {
  const evil = layTable(1, [someEntry('a|b', [1], { network: '<b>_x_' })], options);
  expect(tableMarkdown(evil)).toContain(String.raw`| \<b\>\_x\_ |`);
  expect(tableMarkdown(evil)).toContain(String.raw`CIFAR-10, a\|b<br>measured`);
});

it('numbers are compared by seed, whichever runs are missing', () => {
  const runs = (errors: Readonly<Record<number, number>>) =>
    Object.entries(errors).map(([seed, error]) => ({ seed: Number(seed), error, averagedEpochs: 10 }));
  const entries = [
    someEntry('basic', [], { runs: runs({ 1: 7, 2: 9, 3: 8 }) }),
    someEntry('isda', [], { runs: runs({ 2: 8.5, 3: 6.5, 5: 1 }) }),
  ];
  const [, isda] = layTable(1, entries, options).rows[0].cells;
  expect(isda?.comparison?.paired).toMatchObject({ pairs: 2, mean: -1 });
});

it('CSV: a line a number, unrounded', () => {
  const [header, basic, isda, end] = tableCsv(row).split('\n');
  const valuesOf = (line: string): Record<string, string> => {
    const values = [...line.matchAll(/("[^"]*"|[^,]*)(?:,|$)/g)].map(([, value]) => value.replaceAll('"', ''));
    return Object.fromEntries(header.split(',').map((name, index) => [name, values[index]]));
  };
  expect(valuesOf(basic)).toMatchObject({ row: 'ResNet-32, 0.5M', column: 'CIFAR-10, basic', seeds: '1 2 3', p: '' });
  const { p, measured_mean, ...rest } = valuesOf(isda);
  expect(Number(p)).toBeCloseTo(0.009203874321096425, 12);
  expect(Number(measured_mean)).toBeCloseTo(7.03, 12);
  expect(rest).toMatchObject({ printed_mean: '7.09', printed_std: '0.12', runs_done: '2', runs_asked: '3' });
  expect(end).toBe('');
});

describe('in a terminal', () => {
  const long = { network: 'shake-shake-26-2x112d' };
  const entries = ['cifar10', 'cifar100'].flatMap((dataset) =>
    [...someEntries, ...someEntries.map((entry) => ({ ...entry, ...long }))].map((entry) => ({ ...entry, dataset })),
  );
  const table = layTable(1, entries, options);

  it.each([
    [330, 1],
    [250, 2],
    [160, 4],
    [100, 4],
    [80, 6],
    [60, 6],
  ])('of %i columns no line is longer, and every number is there (%i titles)', (width, blocks) => {
    const text = terminalTable(table, width);
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.filter((line) => line.includes('measured'))).toHaveLength(blocks);
    const isda = [
      '7.03 ± 0.03',
      '6.78 to 7.28',
      '7.09 ± 0.12',
      '-0.06',
      '2/3',
      '-0.33 [-0.77, +0.12]',
      '0.009',
      '0.037',
    ];
    for (const number of isda) expect(text.split(number)).toHaveLength(5);
    expect(text.match(/Shake-Shake-26-2x112d/g)!.length).toBeGreaterThanOrEqual(Math.min(4, blocks));
  });
  it('each title stands above its numbers', () => {
    const [, , title, kinds] = terminalTable(row, 200).split('\n');
    const second = kinds.indexOf('measured', kinds.indexOf('measured') + 1);
    expect(title.indexOf('CIFAR-10, ISDA')).toBeLessThanOrEqual(second);
    expect(title.indexOf('CIFAR-10, ISDA')).toBeGreaterThan(kinds.indexOf('n  '));
  });
  it('a number without runs is a dash, one that nobody has is nothing', () => {
    const gaps = layTable(
      1,
      [someEntry('isda', []), someEntry('isda', [], { dataset: 'cifar100', network: 'wrn-16-8' })],
      options,
    );
    expect(terminalTable(gaps, 120).split('\n')[5]).toMatch(/^ResNet-32 {4}0\.5M +- +0\/3$/);
  });
  it('says that one run has no interval, and has no columns that would be empty', () => {
    const text = terminalTable(layTable(5, [someEntry('basic', [7]), someEntry('isda', [6])], options), 120);
    const lines = text.split('\n').slice(3);
    expect(lines[0].trim().split(/ {2,}/)).toEqual(['variant', 'measured', '95 %', 'n', 'minus basic']);
    expect(lines[2].trim().split(/ {2,}/)).toEqual(['basic', '7.00', 'n = 1', '1/3']);
    expect(lines[3].trim().split(/ {2,}/)).toEqual(['ISDA', '6.00', 'n = 1', '1/3', '-1.00 (n = 1)']);
  });
  it('commands are never broken, other notes are', () => {
    expect(wrapText('one two three\n  isda table 1 --run', 9)).toBe('one two\nthree\n  isda table 1 --run');
  });
});
