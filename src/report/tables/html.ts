// A table as HTML: as a fragment or as a complete page.
import { element, escapeXml } from '../svg.js';
import { cellTexts, cellTitles } from './cell-texts.js';
import type { ReportTable } from './table.js';

const text = (name: string, content: string, attributes = {}): string => element(name, attributes, escapeXml(content));

/** Titles above adjacent columns, with the number of columns under each. */
function groupsOf(columns: ReportTable['columns']) {
  return columns.reduce<{ group: string; columns: ReportTable['columns'] }[]>((groups, column) => {
    const last = groups.at(-1);
    if (last?.group !== (column.group ?? '')) {
      return [...groups, { group: column.group ?? '', columns: [column] }];
    }
    return [...groups.slice(0, -1), { ...last, columns: [...last.columns, column] }];
  }, []);
}

const widthOf = (columns: ReportTable['columns']): number =>
  columns.reduce((sum, column) => sum + cellTitles(column).length, 0);

function head({ labels, columns }: ReportTable): string {
  const spanning = (title: string, width: number): string => text('th', title, { colspan: width, scope: 'colgroup' });
  const titles = labels.map((label) => text('th', label, { rowspan: 3, scope: 'col' }));
  const groups = groupsOf(columns).map((group) => spanning(group.group, widthOf(group.columns)));
  const names = columns.map((column) => spanning(column.name, cellTitles(column).length));
  const kinds = columns.flatMap((column) => cellTitles(column).map((title) => text('th', title, { scope: 'col' })));
  return element(
    'thead',
    {},
    [[...titles, ...groups], names, kinds].map((cells) => element('tr', {}, '\n', cells.join('\n'), '\n')).join('\n'),
  );
}

/** The class of a cell is its kind, so that a page can style measured and printed numbers differently. */
function body({ rows, columns }: ReportTable): string {
  const lines = rows.map(({ labels, cells }) => {
    const names = labels.map((label) => text('th', label, { scope: 'row' }));
    const numbers = cells.flatMap((cell, index) => {
      const { kinds } = columns[index];
      return cellTexts(cell, columns[index]).map((content, at) => text('td', content, { class: kinds[at] }));
    });
    return element('tr', {}, '\n', [...names, ...numbers].join('\n'), '\n');
  });
  return element('tbody', {}, '\n', lines.join('\n'), '\n');
}

/** A note as a list item, its commands as code. */
function noteItem(note: string): string {
  const lines = note
    .split('\n')
    .map((line) => (line.startsWith('  ') ? element('br', {}) + text('code', line.trim()) : escapeXml(line)));
  return element('li', {}, ...lines);
}

/**
 * Returns a table of the paper as an HTML fragment without styles: a `figure` of class `isda-table` with a table, whose
 * numbers have the classes of `cellKinds`, and a caption with the notes. All texts are escaped.
 */
export function tableHtml(table: ReportTable): string {
  const notes = element('ul', {}, table.notes.map(noteItem).join('\n'));
  const caption = element('figcaption', {}, text('strong', table.title), notes);
  const wrapped = element('div', { class: 'scroll' }, '\n', element('table', {}, head(table), '\n', body(table)), '\n');
  return element('figure', { class: 'isda-table', id: `table${table.table}` }, '\n', wrapped, '\n', caption, '\n');
}

/** The styles of `tableHtml`'s classes, for light and dark screens and for print. */
export const tableStyles = `.isda-table { margin: 0; }
.isda-table .scroll { overflow-x: auto; }
.isda-table table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.isda-table th, .isda-table td { padding: 0.25em 0.6em; text-align: right; white-space: nowrap; }
.isda-table thead th { text-align: center; border-bottom: 1px solid; font-weight: 600; }
.isda-table tbody th { text-align: left; font-weight: normal; }
.isda-table tbody tr:nth-child(even) { background: rgb(128 128 128 / 12%); }
.isda-table td.measured { font-weight: 600; border-left: 1px solid rgb(128 128 128 / 50%); }
.isda-table td:not(.measured) { opacity: 0.8; }
.isda-table figcaption { max-width: 60em; margin-top: 1em; }
.isda-table li { margin: 0.25em 0; overflow-wrap: anywhere; }`;

/** Returns a page with one table; it has no scripts and loads nothing. */
export function tablePage(table: ReportTable): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(table.title)}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 1.5em; font-family: system-ui, sans-serif; line-height: 1.4; }
${tableStyles}
</style>
</head>
<body>
${tableHtml(table)}
</body>
</html>
`;
}
