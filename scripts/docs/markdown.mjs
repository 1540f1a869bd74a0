// Markdown tables and generated parts of pages.

const escaped = (text) => String(text).replaceAll('|', '\\|');
const line = (cells) => `| ${cells.map(escaped).join(' | ')} |`;

/** A table whose first column is text, the others numbers. */
export function table(header, rows) {
  return [line(header), line(header.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** A page's text with the part between `<!-- generated: NAME -->` and `<!-- end -->` replaced. */
export function withPart(text, name, part) {
  const begin = `<!-- generated: ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`there is no generated part "${name}"`);
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
}
