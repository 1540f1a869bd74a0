// A table as Markdown, with measured and printed numbers in separate columns.
import { cellTexts, cellTitles, columnTitle } from './cell-texts.js';
import type { ReportTable } from './table.js';

/** Text that stays in its cell and is no markup. */
const escaped = (text: string): string => text.replaceAll(/[\\|<>*_`[\]]/g, (sign) => `\\${sign}`);

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A note as an item of a list, its commands as code. */
function noteItem(note: string): string {
  const lines = note.split('\n').map((text) => (text.startsWith('  ') ? `\`${text.trim()}\`` : escaped(text)));
  return `- ${lines.join(' ')}`;
}

/** The table with its title and notes. */
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
