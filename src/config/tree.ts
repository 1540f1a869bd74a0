// Config values with their source positions, which survive `extends` and `--set`.
import type { Span } from './source.js';

type Scalar = string | number | boolean | null;
interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly span: Span;
  /** Whether it is a written `null` or `~`: the key is as one that is not given, and inherits nothing. */
  readonly isUnset?: boolean;
}
interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span: Span;
}
export interface MapTree {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly span: Span;
  /** Whether a value that is no map, such as `null`, precedes it, so that it inherits nothing. */
  readonly replaces?: boolean;
  /** Whether the map is given although all of its keys are unset. */
  readonly isGiven?: boolean;
}
export interface Entry {
  /** The span of the key. */
  readonly key: Span;
  readonly value: Tree;
}
export type Tree = ScalarTree | ListTree | MapTree;

/** Returns the plain JavaScript value of a tree. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  // Defines own properties, so that a key `__proto__` is an ordinary key.
  return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, plain(entry.value)]));
}

/** Returns the map without one key. */
export function without(tree: MapTree, key: string): MapTree {
  return { ...tree, entries: new Map([...tree.entries].filter(([name]) => name !== key)) };
}

/** Returns the entry at a path of keys and list indices; undefined if nothing was written there. */
export function valueAt(tree: Tree, path: readonly PropertyKey[]): Tree | undefined {
  let at: Tree | undefined = tree;
  for (const step of path) {
    if (at?.kind === 'map') at = at.entries.get(String(step))?.value;
    else if (at?.kind === 'list') at = at.items[Number(step)];
    else return undefined;
  }
  return at;
}

/** Returns the span of the key or list item at a path; undefined for the root or if nothing was written there. */
export function keySpanAt(tree: Tree, path: readonly PropertyKey[]): Span | undefined {
  const parent = path.length === 0 ? undefined : valueAt(tree, path.slice(0, -1));
  const last = path[path.length - 1];
  if (parent?.kind === 'map') return parent.entries.get(String(last))?.key;
  if (parent?.kind === 'list') return parent.items[Number(last)]?.span;
  return undefined;
}

/** Returns the `name` of a section such as `loss`, if it has one. */
function nameOf(tree: Tree): Scalar | undefined {
  const name = valueAt(tree, ['name']);
  return name?.kind === 'scalar' ? name.value : undefined;
}

/** Sections whose keys depend on their `name`, each with the default name, if it has one. */
export type NamedSections = ReadonlyMap<string, string | undefined>;

/** Whether a value is a written `null`. */
export const isUnset = (tree: Tree): boolean => tree.kind === 'scalar' && tree.isUnset === true;

/** Whether a map only unsets keys, and therefore gives nothing where there is no map below it. */
export const onlyUnsets = (tree: Tree): boolean =>
  tree.kind === 'map' &&
  tree.isGiven !== true &&
  tree.entries.size > 0 &&
  [...tree.entries.values()].every(({ value }) => isUnset(value) || onlyUnsets(value));

/**
 * Merges `over` into `base`: maps key by key; lists and scalars are replaced. If a section of `named` changes its
 * `name`, the other keys of the base's section are dropped, as they belong to another loss, model, optimizer or
 * schedule. A `null` drops the value below it, and stays, for the bases that follow.
 */
export function merge(base: MapTree, over: MapTree, named: NamedSections = new Map()): MapTree {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key)?.value;
    const isRenamed = below?.kind === 'map' && named.has(key) && renamed(below, entry.value, named.get(key));
    const value = mergeValue(isRenamed ? { ...below, entries: new Map() } : below, entry.value);
    if (value !== below) entries.set(key, { key: entry.key, value });
  }
  return { ...base, entries, span: over.span };
}

function mergeValue(below: Tree | undefined, over: Tree): Tree {
  if (below === undefined || over.kind !== 'map' || over.replaces === true) return over;
  if (below.kind === 'map') {
    const merged = merge(below, over);
    return onlyUnsets(below) && onlyUnsets(over) ? merged : { ...merged, isGiven: true };
  }
  return onlyUnsets(over) ? below : { ...over, replaces: true };
}

function renamed(base: Tree, over: Tree, unnamed: string | undefined): boolean {
  const before = nameOf(base) ?? unnamed;
  const after = valueAt(over, ['name']) === undefined ? undefined : (nameOf(over) ?? unnamed);
  return before !== undefined && after !== undefined && before !== after;
}
