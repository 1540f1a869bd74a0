// Fits tables and sentences to narrow terminals.
import type { CommandContext } from '../context.js';
import { formatTable, inOneLine } from './table.js';
import { textColumns } from './text-width.js';

/** Returns the columns of a terminal; Infinity for files and pipes. */
export const columnsOf = ({ stdout }: Pick<CommandContext, 'stdout'>): number =>
  stdout.isTTY ? stdout.columns || 80 : (stdout.columns ?? Infinity);

/** Wraps text between words; longer words, and lines that start with two spaces, are not broken. */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('  ')) return [line];
      return line.split(' ').reduce<string[]>((lines, word) => {
        const last = lines.at(-1);
        if (last === undefined || textColumns(last) + 1 + textColumns(word) > width) return [...lines, word];
        return [...lines.slice(0, -1), `${last} ${word}`];
      }, []);
    })
    .join('\n');
}

/** Returns the columns of the longest line. */
export const widthOf = (text: string): number => Math.max(...text.split('\n').map(textColumns));

/** Formats rows as text, each number after the title of its column, for widths too small for the numbers of a row. */
function spelledRows([, ...titles]: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  return rows.map(([name, ...cells]) => {
    const parts = titles.flatMap((title, column) => (cells[column] === '' ? [] : [`${title} ${cells[column]}`]));
    const lines = parts.reduce<string[]>((before, part, index) => {
      const text = index < parts.length - 1 ? `${part},` : part;
      const last = before.at(-1);
      if (last === undefined || textColumns(last) + 1 + textColumns(text) > width - 2) return [...before, text];
      return [...before.slice(0, -1), `${last} ${text}`];
    }, []);
    const wrapped = lines.flatMap((line) => wrapText(line, width - 2).split('\n'));
    return [name, ...wrapped.map((line) => `  ${line}`)].join('\n');
  });
}

/**
 * A table that puts each row's name, its first cell, on a line of its own where the table is wider than `width`; where
 * that is not enough, the rest of the row as text. `notes`: lines below each row.
 */
export function foldedTable(
  header: readonly string[],
  given: readonly (readonly string[])[],
  width: number,
  notes: readonly (readonly string[])[] = given.map(() => []),
): string {
  const rows = given.map((row) => row.map(inOneLine));
  const whole = formatTable(header, rows);
  const withNotes = (lines: readonly string[]): string[] =>
    lines.flatMap((line, row) => [
      line,
      ...notes[row].map((note) => wrapText(note, width - 2).replaceAll(/^/gm, '  ')),
    ]);
  if (widthOf(whole) <= width) {
    const [titles, dashes, ...lines] = whole.split('\n');
    return [titles, dashes, ...withNotes(lines)].join('\n');
  }
  const [titles, dashes, ...numbers] = formatTable(
    header.slice(1),
    rows.map((row) => row.slice(1)),
  ).split('\n');
  if (widthOf(dashes) + 2 > width) return withNotes(spelledRows(header, rows, width)).join('\n');
  const lines = rows.map(([name], row) => `${name}\n  ${numbers[row]}`.trimEnd());
  return [header[0], `  ${titles}`, `  ${dashes}`, ...withNotes(lines)].join('\n');
}

/** Formats a table whose last column, of words, is wrapped so that the table fits into `width`. */
export function wrappedTable(header: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const whole = formatTable(header, rows);
  if (widthOf(whole) <= width) return whole;
  const first = (cells: readonly string[]): readonly string[] => cells.slice(0, -1);
  const room = width - 2 - widthOf(formatTable(first(header), rows.map(first)));
  const lines = rows.flatMap((row) =>
    wrapText(row[row.length - 1], room)
      .split('\n')
      .map((text, line) => [...first(row).map((cell) => (line === 0 ? cell : '')), text]),
  );
  return formatTable(header, lines);
}
