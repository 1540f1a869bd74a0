// Tables as HTML: separate kinds of numbers, consistent spans, escaped texts.
import { expect, it } from 'vitest';
import { tableHtml, tablePage } from '../../../src/report/tables/html.js';
import { layTable } from '../../../src/report/tables/table.js';
import { someEntries, someEntry } from '../../support/tables.js';

const options = { parameters: () => '0.5M', notes: ['one note'] };
const html = tableHtml(layTable(1, someEntries, options));

/** The columns that a row covers. */
const widths = (text: string): number[] =>
  [...text.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row.matchAll(/<t[hd]([^>]*)>/g)].reduce(
      (sum, [, cell]) => sum + Number(/colspan="(\d+)"/.exec(cell)?.[1] ?? 1),
      0,
    ),
  );

it('has measured and printed numbers in cells of different classes', () => {
  expect(html).toContain(
    '<td class="measured">7.39 ± 0.08</td>\n<td class="interval">7.19 to 7.59</td>\n<td class="printed">7.39 ± 0.10</td>',
  );
  expect(html).toContain(
    '<td class="measured">7.03 ± 0.03</td>\n<td class="interval">6.78 to 7.28</td>\n<td class="printed">7.09 ± 0.12</td>',
  );
  expect(html).toContain(
    '<td class="diff">-0.06</td>\n<td class="n">2/3</td>\n<td class="paired">-0.33 [-0.77, +0.12]</td>\n<td class="p">0.009</td>\n<td class="holm">0.009</td>',
  );
});

it('has as many columns in every row', () => {
  // The two label columns of the first row span the next two rows.
  expect(widths(html)).toEqual([15, 13, 13, 15]);
});

it('puts neighbouring columns under one title, and leaves cells without a number empty', () => {
  const entries = [...someEntries, someEntry('isda', [], { dataset: 'cifar100', network: 'resnet-110' })];
  const table = tableHtml(layTable(1, entries, options));
  expect(table).toContain('<th colspan="13" scope="colgroup">CIFAR-10</th>');
  expect(table).toContain('<th colspan="2" scope="colgroup">CIFAR-100</th>');
  expect(table).toContain('<td class="measured">-</td>\n<td class="n">0/3</td>');
  expect(table).toContain('<td class="measured"></td>\n<td class="interval"></td>\n<td class="printed"></td>');
});

it('escapes names and notes', () => {
  const evil = '<script>alert("1")</script>';
  const page = tablePage(
    layTable(1, [someEntry(evil, [1], { network: evil, dataset: evil })], { parameters: () => evil, notes: [evil] }),
  );
  expect(page).not.toContain('<script');
  expect(page.match(/&lt;script&gt;/g)!.length).toBeGreaterThan(4);
  expect(page).not.toMatch(/(src|href)=/);
});
