// Columns that texts take in a terminal, and tables with cells in any script.
import { expect, it } from 'vitest';
import { formatTable } from '../../../src/cli/terminal/table.js';
import { textColumns } from '../../../src/cli/terminal/text-width.js';

it.each([
  ['cat', 3],
  ['', 0],
  ['Bär', 3],
  // A combining accent, as in file names on macOS.
  ['Ba\u0308r', 3],
  ['кот', 3],
  ['犬', 2],
  ['ネコ', 4],
  ['고양이', 6],
  ['ｃ', 2],
  ['🐶 dog', 6],
  ['± 0.5 …', 7],
])('%s takes %i columns', (text, columns) => {
  expect(textColumns(text)).toBe(columns);
});

it('aligns cells in any script', () => {
  const rows = ['cat', 'Ba\u0308r', '犬', 'ネコ'].map((name, index) => [name, 'x', String(10 ** index)]);
  const lines = formatTable(['class', 'of', 'images'], rows).split('\n');
  expect(new Set(lines.map(textColumns))).toEqual(new Set(['class  of  images'.length]));
});
