// Text for narrow terminals: tables whose rows take a second line, sentences that are wrapped.
import { formatTable } from './table.js';

/** Breaks text between words; a word that is too long keeps its line, and so do lines that begin with two spaces. */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('  ')) return [line];
      return line.split(' ').reduce<string[]>((lines, word) => {
        const last = lines.at(-1);
        if (last === undefined || last.length + 1 + word.length > width) return [...lines, word];
        return [...lines.slice(0, -1), `${last} ${word}`];
      }, []);
    })
    .join('\n');
}

/** The length of the longest line. */
export const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

/**
 * A table that puts each row's name, its first cell, on a line of its own where the table is wider than `width`.
 * `notes`: lines below each row.
 */
export function foldedTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  notes: readonly (readonly string[])[] = rows.map(() => []),
): string {
  const whole = formatTable(header, rows);
  const withNotes = (lines: readonly string[]): string[] =>
    lines.flatMap((line, row) => [
      line,
      ...notes[row].map((note) => wrapText(note.trim(), width - 2).replaceAll(/^/gm, '  ')),
    ]);
  if (widthOf(whole) <= width) {
    const [titles, dashes, ...lines] = whole.split('\n');
    return [titles, dashes, ...withNotes(lines)].join('\n');
  }
  const [titles, dashes, ...numbers] = formatTable(
    header.slice(1),
    rows.map((row) => row.slice(1)),
  ).split('\n');
  const lines = rows.map(([name], row) => `${name}\n  ${numbers[row]}`.trimEnd());
  return [header[0], `  ${titles}`, `  ${dashes}`, ...withNotes(lines)].join('\n');
}
