// The reference of every config key, generated from the schema.
import { alternatives, chosen, expectation, isNode, nameOfAlternative } from './describe.js';
import { ganJsonSchema, jsonSchema } from './print.js';
import type { SchemaNode } from './schema.js';

interface Row {
  readonly key: string;
  readonly takes: string;
  readonly standard: string;
  readonly meaning: string;
}

/** The rows of a map's keys; `required` ones have no default. The rows of a nested map's keys follow its own row. */
function rowsOf(map: SchemaNode, prefix: string): readonly Row[] {
  return Object.entries(map.properties ?? {}).flatMap(([name, node]) => {
    if (!isNode(node)) return [];
    const key = `${prefix}${name}`;
    const row: Row = {
      key,
      takes: expectation(node),
      standard:
        node.default !== undefined
          ? `\`${JSON.stringify(node.default)}\``
          : map.required?.includes(name)
            ? 'must be given'
            : '—',
      meaning: node.description ?? '',
    };
    return [row, ...alternatives(node).flatMap((option) => rowsOf(option, `${key}.`))];
  });
}

function table(rows: readonly Row[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
  const lines = rows.map(
    ({ key, takes, standard, meaning }) => `| \`${key}\` | ${cell(takes)} | ${cell(standard)} | ${cell(meaning)} |`,
  );
  return ['| key | takes | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function isSection(root: SchemaNode, key: string): boolean {
  const node = root.properties?.[key];
  return isNode(node) && alternatives(node).some((option) => option.properties);
}

/** The reference of an experiment's keys, followed by that of a generator's. */
export function configReference(): string {
  return `${referenceOf(jsonSchema())}
## Every key of a generator

In the configs of \`isda gan train\`.

${referenceOf(ganJsonSchema())}`;
}

/**
 * Returns Markdown: for each section a heading and a table of its keys, and one for each `name` if the keys depend on
 * it.
 */
function referenceOf(root: SchemaNode): string {
  const words = rowsOf(root, '').filter(({ key }) => !key.includes('.') && !isSection(root, key));
  const blocks = Object.entries(root.properties ?? {}).flatMap(([section, node]) => {
    if (!isNode(node)) return [];
    const standard = node.default ?? {};
    return alternatives(node)
      .filter((option) => option.properties)
      .map((option) => {
        const name = nameOfAlternative(option);
        const title = name === undefined ? section : `${section}, name: ${name}`;
        const rows = rowsOf(option, `${section}.`).filter(({ key }) => name === undefined || key !== `${section}.name`);
        const isDefault = Object.keys(standard).length > 0 && chosen(node, standard) === option;
        const left = isDefault
          ? `Default if the config has no \`${section}\`: \`${JSON.stringify(standard)}\`.\n\n`
          : '';
        return `### ${title}\n\n${left}${rows.length === 0 ? 'No further keys.' : table(rows)}\n`;
      });
  });
  return [`${table(words)}\n`, ...blocks].join('\n');
}
