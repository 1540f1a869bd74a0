// A table as CSV: one line per number, unrounded.
import { stringify } from 'csv-stringify/sync';
import { columnTitle } from './cell-texts.js';
import type { ReportTable } from './table.js';

const header = [
  ...['table', 'row', 'column', 'network', 'dataset', 'augmentation', 'method', 'metric', 'config'],
  ...['measured_mean', 'measured_std', 'printed_mean', 'printed_std', 'difference', 'runs_done', 'runs_asked', 'seeds'],
  ...['t', 'degrees_of_freedom', 'p', 'measured_low', 'measured_high', 'averaged_epochs'],
  ...['pairs', 'by_seed', 'by_seed_low', 'by_seed_high', 'p_holm', 'data'],
];

/**
 * Returns the numbers of a table row by row; missing ones are empty. `seeds`: those of the runs, separated by spaces.
 */
export function tableCsv({ table, rows, columns }: ReportTable): string {
  const lines = rows.flatMap(({ labels, cells }) =>
    cells.flatMap((cell, index) => {
      if (cell === undefined) return [];
      const { measured, printed, interval, runs } = cell;
      const { paired, welch, holmP } = cell.comparison ?? {};
      const averaged = runs.length === 0 ? undefined : Math.min(...runs.map(({ averagedEpochs }) => averagedEpochs));
      return [
        [
          ...[table, labels.filter((label) => label !== '').join(', '), columnTitle(columns[index])],
          ...[cell.network, cell.dataset, cell.augmentation, cell.method, cell.metric, cell.config],
          ...[measured?.mean, measured?.std, printed?.mean, printed?.std, cell.difference],
          ...[runs.length, cell.asked, runs.map(({ seed }) => seed).join(' ')],
          ...[welch?.t, welch?.degrees, welch?.p, interval?.low, interval?.high, averaged],
          ...[paired?.pairs, paired?.mean, paired?.interval?.low, paired?.interval?.high, holmP, cell.origin],
        ],
      ];
    }),
  );
  return stringify([header, ...lines]);
}
