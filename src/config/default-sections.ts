// Completes sections that only `--set` or a study names: their other keys are those of the default section.
import { isPlainObject } from '../common/plain-object.js';
import { isNode } from './describe.js';
import type { SchemaNode } from './schema.js';
import type { Span } from './source.js';
import { isUnset, merge, onlyUnsets, type Entry, type MapTree, type NamedSections, type Tree } from './tree.js';

function treeOf(value: unknown, span: Span): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => treeOf(item, span)), span };
  if (isPlainObject(value)) {
    const entries = Object.entries(value).map(
      ([key, inner]) => [key, { key: span, value: treeOf(inner, span) }] as const,
    );
    return { kind: 'map', entries: new Map<string, Entry>(entries), span };
  }
  return { kind: 'scalar', value: value as string | number | boolean, span };
}

/** Whether the files of a config leave a section out, or a later change drops all that they give. */
const isLeftOut = (before: Tree | undefined, after: MapTree): boolean =>
  before === undefined ||
  isUnset(before) ||
  onlyUnsets(before) ||
  (before.kind === 'map' && before.replaces !== true && after.replaces === true);

/**
 * Returns a changed config in which sections that its files leave out, or that were unset before they were changed,
 * start from their default, as `dataset: {name: cifar10}`: `--set dataset.subset=100` then needs no name. In a file, a
 * section without its name is an error.
 */
export function withDefaultSections(
  changed: MapTree,
  files: MapTree,
  { root, sections }: { readonly root: SchemaNode; readonly sections: NamedSections },
): MapTree {
  const completed = [...changed.entries].flatMap(([key, entry]) => {
    const node = root.properties?.[key];
    const standard: unknown = isNode(node) ? node.default : undefined;
    if (entry.value.kind !== 'map' || !isPlainObject(standard)) return [];
    if (!isLeftOut(files.entries.get(key)?.value, entry.value)) return [];
    const span = entry.key;
    const alone = (value: Tree): MapTree => ({ kind: 'map', entries: new Map([[key, { key: span, value }]]), span });
    const own = { ...entry.value, replaces: undefined };
    return [...merge(alone(treeOf(standard, span)), alone(own), sections).entries];
  });
  return { ...changed, entries: new Map([...changed.entries, ...completed]) };
}
