// A table as Markdown, with separate columns for measured and printed numbers.
import { cellTexts, cellTitles, columnTitle } from './cell-texts.js';
import type { ReportTable } from './table.js';

/** Escapes Markdown characters, and the bar that ends a cell. */
const escaped = (text: string): string => text.replaceAll(/[\\|<>*_`[\]]/g, (sign) => `\\${sign}`);

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A note as a list item, its commands as code. */
function noteItem(note: string): string {
  const lines = note.split('\n').map((text) => (text.startsWith('  ') ? `\`${text.trim()}\`` : escaped(text)));
  return `- ${lines.join(' ')}`;
}

/** Returns the table with its title and notes. */
export function tableMarkdown({ title, labels, columns, rows, notes }: ReportTable): string {
  const titles = columns.flatMap((column) =>
    cellTitles(column).map((kind) => `${escaped(columnTitle(column))}<br>${kind}`),
  );
  const lines = rows.map(({ labels: names, cells }) =>
    line([...names, ...cells.flatMap((cell, index) => cellTexts(cell, columns[index]))].map(escaped)),
  );
  return [
    `## ${escaped(title)}`,
    '',
    line([...labels.map(escaped), ...titles]),
    line([...labels.map(() => '---'), ...titles.map(() => '--:')]),
    ...lines,
    '',
    ...notes.map(noteItem),
    '',
  ].join('\n');
}
