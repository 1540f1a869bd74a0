// Formats a table of the paper for a terminal; columns that do not fit go into further blocks below.
import { cellTexts, cellTitles, columnTitle } from '../../report/tables/cell-texts.js';
import type { ReportTable } from '../../report/tables/table.js';
import { foldedTable, widthOf, wrapText } from './fold.js';
import { formatTable } from './table.js';

/** Formats some columns as one block, with the title of a column above its first number. */
function block(table: ReportTable, columns: readonly number[]): string {
  const { labels, rows } = table;
  const kinds = columns.map((index) => cellTitles(table.columns[index]));
  const lines = rows.map(({ labels: names, cells }) => [
    ...names,
    ...columns.flatMap((index) => cellTexts(cells[index], table.columns[index])),
  ]);
  const text = formatTable([...labels, ...kinds.flat()], lines);
  const widths = text
    .split('\n')[1]
    .split('  ')
    .map((dashes) => dashes.length);
  let title = '';
  let column = labels.length;
  columns.forEach((index, at) => {
    const start = widths.slice(0, column).reduce((sum, width) => sum + width + 2, 0);
    title = `${title.padEnd(start)}${columnTitle(table.columns[index])}`;
    column += kinds[at].length;
  });
  return `${title}\n${text}`;
}

/** Formats a column that is too wide even alone: the name of each row on a separate line above its numbers. */
function tallBlock(table: ReportTable, index: number, width: number): string {
  const column = table.columns[index];
  const rows = table.rows.map(({ labels, cells }) => [
    labels.filter((label) => label !== '').join(', '),
    ...cellTexts(cells[index], column),
  ]);
  return `${columnTitle(column)}\n${foldedTable([table.labels.join(', '), ...cellTitles(column)], rows, width)}`;
}

/** Adjacent columns under one title, which stay together if they fit. */
function groupsOf({ columns }: ReportTable): number[][] {
  return columns.reduce<number[][]>((groups, { group }, index) => {
    const last = groups.at(-1);
    if (last === undefined || group === undefined || columns[last[0]].group !== group) return [...groups, [index]];
    return [...groups.slice(0, -1), [...last, index]];
  }, []);
}

/** Returns the columns of each block, as many per block as fit. */
function blocksOf(table: ReportTable, width: number): number[][] {
  const fits = (columns: readonly number[]): boolean => widthOf(block(table, columns)) <= width;
  const units = groupsOf(table).flatMap((group) => (fits(group) ? [group] : group.map((index) => [index])));
  return units.reduce<number[][]>((blocks, unit) => {
    const last = blocks.at(-1);
    if (last === undefined || !fits([...last, ...unit])) return [...blocks, unit];
    return [...blocks.slice(0, -1), [...last, ...unit]];
  }, []);
}

/** Formats the whole table with its notes for a width in columns of text. */
export function terminalTable(table: ReportTable, width: number): string {
  const blocks = blocksOf(table, width).map((columns) => {
    const text = block(table, columns);
    return widthOf(text) > width ? tallBlock(table, columns[0], width) : text;
  });
  const notes = table.notes.map((note) => wrapText(note, Math.min(width, 100)));
  return [table.title, ...blocks, notes.join('\n')].join('\n\n');
}
