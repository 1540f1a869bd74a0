// Removes the keys that a config sets to null, which are as keys that are not given.
import { alternatives, isNode, propertyOf } from './describe.js';
import type { SchemaNode } from './schema.js';
import { isUnset, onlyUnsets, type MapTree, type Tree } from './tree.js';

/**
 * Returns the tree without its unset keys, and without maps that only unset keys of maps that are not given. Kept are
 * keys that the schema does not have, which validation refuses, and the values in maps of any keys, such as the
 * `options` of a custom loss, where null is a value.
 */
export const withoutUnset = (tree: MapTree, root: SchemaNode): MapTree => ({
  ...tree,
  entries: entriesOf(tree, [root]),
});

/** The entries of a map that are not unset. `nodes`: the schemas that it may have. */
function entriesOf({ entries }: MapTree, nodes: readonly SchemaNode[]): MapTree['entries'] {
  const maps = nodes.flatMap((node) => alternatives(node)).filter(({ properties }) => properties !== undefined);
  const kept = [...entries].flatMap(([key, entry]) => {
    const below = maps.map((map) => propertyOf(map, key)).filter((node) => node !== undefined);
    if (below.length === 0) return [[key, entry] as const];
    if (isUnset(entry.value)) return [];
    const value = given(entry.value, below);
    const isNothing = onlyUnsets(entry.value) && value.kind === 'map' && value.entries.size === 0;
    return isNothing ? [] : [[key, { ...entry, value }] as const];
  });
  return new Map(kept);
}

function given(tree: Tree, nodes: readonly SchemaNode[]): Tree {
  if (tree.kind === 'map') return { ...tree, entries: entriesOf(tree, nodes) };
  if (tree.kind === 'scalar') return tree;
  const items = nodes.flatMap((node) => alternatives(node)).flatMap((node) => (isNode(node.items) ? [node.items] : []));
  return { ...tree, items: tree.items.map((item) => given(item, items)) };
}
