// Texts of a table's cells, shared by all formats; measured and printed numbers stay apart.
import { formatSpread } from '../../grids/outcomes.js';
import type { ReportTable, TableCell } from './table.js';

/** `+0.12`, `-0.30`, `0.00`. */
function signed(value: number): string {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return value > 0 ? `+${text}` : text;
}

/** Two digits of a probability; `<0.001` below that. */
function formatP(p: number): string {
  if (p < 0.001) return '<0.001';
  return p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}

/** Titles of what is said of each number, in the order of `cellTexts`. */
export function cellTitles({ compared }: ReportTable['columns'][number]): readonly string[] {
  return ['measured', 'printed', 'diff', 'n', ...(compared ? ['p'] : [])];
}

/** What is said of a number: a dash where it is missing, nothing where the paper has none either. */
export function cellTexts(cell: TableCell | undefined, column: ReportTable['columns'][number]): readonly string[] {
  if (cell === undefined) return cellTitles(column).map(() => '');
  const { measured, printed, difference, runs, asked, test } = cell;
  return [
    formatSpread(measured),
    printed === undefined ? '' : formatSpread(printed),
    difference === undefined ? '' : signed(difference),
    runs.length === asked ? String(asked) : `${runs.length}/${asked}`,
    ...(column.compared ? [test === undefined ? '' : formatP(test.p)] : []),
  ];
}

/** The title of a column in one line: `CIFAR-10, ISDA`. */
export function columnTitle({ group, name }: ReportTable['columns'][number]): string {
  return group === undefined ? name : `${group}, ${name}`;
}
