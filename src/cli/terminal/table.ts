// Prints tables of text for a terminal, or JSON for programs.
import type { CommandContext } from '../context.js';
import { padEnd, padStart, textColumns } from './text-width.js';

/** Prints a value as JSON. */
export function printJson(context: Pick<CommandContext, 'stdout'>, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Makes a cell one line: names of files and classes may contain line breaks and other control characters. */
export const inOneLine = (cell: string): string =>
  // eslint-disable-next-line no-control-regex
  cell.replaceAll(/[\u0000-\u001f\u007f]/g, (control) => JSON.stringify(control).slice(1, -1));

/** Aligns columns by their widest cell: numbers and dashes to the right, words to the left. */
export function formatTable(header: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(inOneLine));
  const numeric = header.map((_, column) => rows.every((row) => /^[-+<~]?[\d.,]|^-?$/.test(row[column])));
  const widths = header.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column])].map(textColumns)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (numeric[column] ? padStart(cell, widths[column]) : padEnd(cell, widths[column])))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
