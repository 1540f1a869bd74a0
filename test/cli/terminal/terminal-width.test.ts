// Lists on narrow terminals: nothing is cut off, no line is too long; piped output is not folded.
import { describe, expect, it } from 'vitest';
import { foldedTable, wrappedTable } from '../../../src/cli/terminal/fold.js';
import { formatTable } from '../../../src/cli/terminal/table.js';
import { runCli } from '../../support/cli.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const widths = [40, 60, 80];
const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));
const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => !/^-*$/.test(word));

/** The output of a command to a pipe and to terminals of several widths. Expects no line to be too long. */
async function printed(folder: string, args: readonly string[]): Promise<{ piped: string; narrow: string[] }> {
  const narrow: string[] = [];
  for (const width of widths) {
    const { code, stdout } = await runCli(folder, args, {}, width);
    expect(code).toBe(0);
    expect(longest(stdout), stdout).toBeLessThanOrEqual(width);
    narrow.push(stdout);
  }
  return { piped: (await runCli(folder, args)).stdout, narrow };
}

describe('on a narrow terminal', () => {
  test('isda models and isda losses print every number', async ({ folder }) => {
    for (const command of ['models', 'losses']) {
      const { piped, narrow } = await printed(folder, [command]);
      expect(longest(piped)).toBeGreaterThan(80);
      // With the other titles next to their numbers, the name column has no title.
      for (const text of narrow)
        expect(new Set(['network', ...words(text)])).toEqual(new Set(['network', ...words(piped)]));
    }
  });

  test('isda data verify prints every checksum', async ({ folder }) => {
    await runCli(folder, ['data', 'synthesize', '--out', 'data', '--train', '20', '--test', '10']);
    const args = ['data', 'verify', 'cifar10', '--dir', 'data'];
    const { stdout: piped } = await runCli(folder, args);
    const { stdout: narrow } = await runCli(folder, args, {}, 40);
    // The path of the images' folder may be longer than the terminal is wide; a path is not broken.
    expect(longest(narrow.slice(narrow.indexOf('train:')))).toBeLessThanOrEqual(40);
    const sums = piped.match(/\b[0-9a-f]{32}\b/g);
    expect(sums).toHaveLength(6);
    expect(narrow.match(/\b[0-9a-f]{32}\b/g)).toEqual(sums);
    expect(piped).toMatch(/^ {2}data_batch_1.bin {2}4 records {2}md5 \S+ {2}not official$/m);
  });

  test('isda runs prints the error, the age and the reason', async ({ folder }) => {
    makeStoredRun(folder, { row: 'a-method', error: 12.34 });
    const reason = 'the process ended without a word of what it was that went wrong';
    makeStoredRun(folder, { row: 'b', state: 'failed', epochs: 3, reason });
    const { piped, narrow } = await printed(folder, ['runs', '.']);
    expect(piped).toContain(`  ${reason}\n`);
    expect(narrow[0]).toMatch(
      /^test-a-method-seed1\n {2}state done, epochs 20\/20,\n {2}last 10 13\.25 %, last 12\.34 %,\n {2}since \d+ d \d\d h$/m,
    );
    expect(narrow[0]).toContain('  the process ended without a word of\n  what it was that went wrong\n');
    // If part of the reason fits, each run takes one line.
    const { stdout: wider } = await runCli(folder, ['runs', '.'], {}, 100);
    expect(wider).toMatch(/^test-b-seed1 .* {2}the process ended without .*…$/m);
  });

  test('a dry run prints names, states and epochs', async ({ folder }) => {
    const args = [
      'sweep',
      'lambda0',
      '--config',
      'tiny-isda',
      '--values',
      '0.1,0.5',
      '--holdout',
      '20',
      '--final-seeds',
      '0',
      '--dry-run',
    ];
    const { piped, narrow } = await printed(folder, args);
    expect(piped).toMatch(/^run +state +epochs\n/);
    expect(narrow[0]).toMatch(/^run\n {2}state +epochs\n/);
  });
});

it('tables print line breaks in names as escapes', () => {
  const rows = [['a,"b"\nc', '1'], ['d\te', '2']]; // prettier-ignore
  for (const width of [Infinity, 12, 6]) expect(foldedTable(['class', 'images'], rows, width)).toContain('a,"b"\\nc');
  expect(formatTable(['class', 'images'], rows).split('\n')).toHaveLength(4);
});

it('tables fold only if they do not fit the width', () => {
  const header = ['name', 'first', 'second'];
  const rows = [['a-rather-long-name', '1', '22'], ['b', '333', '']]; // prettier-ignore
  expect(foldedTable(header, rows, 33)).toBe(foldedTable(header, rows, Infinity));
  expect(foldedTable(header, rows, 32)).toBe(
    ['name', '  first  second', '  -----  ------', 'a-rather-long-name', '      1      22', 'b', '    333'].join('\n'),
  );
  expect(foldedTable(header, rows, 14)).toBe(
    ['a-rather-long-name', '  first 1,', '  second 22', 'b', '  first 333'].join('\n'),
  );
  expect(wrappedTable(['name', 'words'], [['a', 'one two three'], ['b', '']], 12)).toBe(
    ['name  words', '----  -----', 'a     one', '      two', '      three', 'b'].join('\n'),
  ); // prettier-ignore
});
