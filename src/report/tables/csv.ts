// A table as CSV: one line a number, unrounded.
import { stringify } from 'csv-stringify/sync';
import { columnTitle } from './cell-texts.js';
import type { ReportTable } from './table.js';

const header = [
  ...['table', 'row', 'column', 'network', 'dataset', 'augmentation', 'method', 'metric', 'config'],
  ...['measured_mean', 'measured_std', 'printed_mean', 'printed_std', 'difference', 'runs_done', 'runs_asked', 'seeds'],
  ...['t', 'degrees_of_freedom', 'p'],
];

/** The numbers of a table row by row; empty where there is nothing. `seeds` are those of the runs, with spaces between. */
export function tableCsv({ table, rows, columns }: ReportTable): string {
  const lines = rows.flatMap(({ labels, cells }) =>
    cells.flatMap((cell, index) => {
      if (cell === undefined) return [];
      const { measured, printed, test } = cell;
      return [
        [
          ...[table, labels.filter((label) => label !== '').join(', '), columnTitle(columns[index])],
          ...[cell.network, cell.dataset, cell.augmentation, cell.method, cell.metric, cell.config],
          ...[measured?.mean, measured?.std, printed?.mean, printed?.std, cell.difference],
          ...[cell.runs.length, cell.asked, cell.runs.map(({ seed }) => seed).join(' ')],
          ...[test?.t, test?.degrees, test?.p],
        ],
      ];
    }),
  );
  return stringify([header, ...lines]);
}
