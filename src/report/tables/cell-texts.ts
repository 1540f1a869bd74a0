// Texts of a table's cells, shared by all formats; measured and printed numbers stay apart.
import { formatInterval, formatP, formatPaired, formatSigned, formatSpread } from '../../common/statistics/texts.js';
import type { CellKind, ReportTable, TableCell } from './table.js';

type TableColumn = ReportTable['columns'][number];

const titles: Readonly<Record<CellKind, string>> = {
  measured: 'measured',
  interval: '95 %',
  printed: 'printed',
  diff: 'diff',
  n: 'n',
  paired: 'minus basic',
  p: 'p',
  holm: 'p (Holm)',
};

/** Titles of the texts of each number, in the order of `cellTexts`. */
export const cellTitles = ({ kinds }: TableColumn): readonly string[] => kinds.map((kind) => titles[kind]);

function textOf(cell: TableCell, kind: CellKind): string {
  const { measured, interval, printed, difference, runs, asked, comparison } = cell;
  switch (kind) {
    case 'measured':
      return `${formatSpread(measured)}${cell.origin === undefined ? '' : ' †'}`;
    case 'interval':
      return measured === undefined ? '' : formatInterval(interval, runs.length);
    case 'printed':
      return printed === undefined ? '' : formatSpread(printed);
    case 'diff':
      return difference === undefined ? '' : formatSigned(difference);
    case 'n':
      return runs.length === asked ? String(asked) : `${runs.length}/${asked}`;
    case 'paired':
      return comparison?.paired === undefined ? '' : formatPaired(comparison.paired);
    case 'p':
      return comparison?.welch === undefined ? '' : formatP(comparison.welch.p);
    case 'holm':
      return comparison?.holmP === undefined ? '' : formatP(comparison.holmP);
  }
}

/** The texts of a number: a dash if it is missing, empty if the paper has none either. */
export function cellTexts(cell: TableCell | undefined, { kinds }: TableColumn): readonly string[] {
  return kinds.map((kind) => (cell === undefined ? '' : textOf(cell, kind)));
}

/** The title of a column on one line: `CIFAR-10, ISDA`. */
export function columnTitle({ group, name }: TableColumn): string {
  return group === undefined ? name : `${group}, ${name}`;
}
