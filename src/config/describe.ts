// Descriptions of the schema for messages: the expected value and the known keys at a path.
import { orList } from '../common/format.js';
import { isPlainObject } from '../common/plain-object.js';
import type { SchemaNode } from './schema.js';

/** Every integer of the schema has the bounds of safe integers, which descriptions leave out. */
const isBound = (limit: number | boolean | undefined): limit is number =>
  typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER;

/** Whether a part of the schema is an object, not `true` or `false`, which allow anything or nothing. */
export const isNode = (value: unknown): value is SchemaNode => isPlainObject(value);

/** Returns the alternatives of a union, or the node itself if it is no union. */
export function alternatives(node: SchemaNode): readonly SchemaNode[] {
  return (node.oneOf ?? node.anyOf ?? [node]).filter(isNode);
}

/** Returns the schema of a key of a map; undefined if the map has no such key. */
export function propertyOf(node: SchemaNode, key: string): SchemaNode | undefined {
  const properties = node.properties ?? {};
  const found: unknown = Object.hasOwn(properties, key) ? properties[key] : undefined;
  return isNode(found) ? found : undefined;
}

/** Returns the `name` of an alternative of a section (`isda`), if it has one. */
export function nameOfAlternative(node: SchemaNode): string | undefined {
  const name = propertyOf(node, 'name');
  return typeof name?.const === 'string' ? name.const : undefined;
}

/** Returns the alternative of a union for `value`: the one with its `name`, else the one that is a map. */
export function chosen(node: SchemaNode, value: unknown): SchemaNode {
  const options = alternatives(node);
  if (options.length === 1) return options[0];
  const name: unknown = isNode(value) ? (value as { name?: unknown }).name : undefined;
  const ofName = options.find((option) => name !== undefined && nameOfAlternative(option) === name);
  return ofName ?? options.find((option) => option.properties) ?? node;
}

/** Returns the schema at a path, choosing alternatives by the names in `value`; undefined if there is none. */
export function schemaAt(root: SchemaNode, path: readonly PropertyKey[], value: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  let at: unknown = value;
  for (const step of path) {
    const map: SchemaNode = chosen(node, at);
    const next: unknown =
      typeof step === 'number' ? (map.prefixItems?.[step] ?? map.items) : propertyOf(map, String(step));
    if (!isNode(next)) return undefined;
    node = next;
    at = isNode(at) || Array.isArray(at) ? (at as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return node;
}

/** Returns the keys of the map at a node: those of the alternative that `value` selects, if there are several. */
export function knownKeys(node: SchemaNode, value: unknown): readonly string[] {
  return Object.keys(chosen(node, value).properties ?? {});
}

/** Returns the words that a node accepts: an enum's values, a constant, or the names of a union's alternatives. */
export function knownWords(node: SchemaNode): readonly string[] {
  if (node.enum) return node.enum.map(String);
  if (node.const !== undefined) return [String(node.const)];
  return alternatives(node).flatMap((option) => nameOfAlternative(option) ?? []);
}

function range(node: SchemaNode): string {
  const above = isBound(node.exclusiveMinimum) ? `above ${node.exclusiveMinimum}` : undefined;
  const from = isBound(node.minimum) ? node.minimum : undefined;
  const below = isBound(node.exclusiveMaximum) ? `below ${node.exclusiveMaximum}` : undefined;
  const to = isBound(node.maximum) ? node.maximum : undefined;
  if (from !== undefined && to !== undefined) return ` from ${from} to ${to}`;
  const low = above ?? (from === undefined ? undefined : `of at least ${from}`);
  const high = below ?? (to === undefined ? undefined : `of at most ${to}`);
  const both = [low, high].filter((part) => part !== undefined).join(' and ');
  return both === '' ? '' : ` ${both}`;
}

/** Describes the values of a node, as a phrase after "expected": `an integer of at least 1`. */
export function expectation(node: SchemaNode): string {
  const options = alternatives(node);
  if (options.length > 1) {
    const names = knownWords(node);
    return names.length === options.length
      ? `a map whose name is ${orList(names)}`
      : options.map(expectation).join(', or ');
  }
  const [only] = options;
  if (only.enum || only.const !== undefined) return orList(knownWords(only));
  if (only.type === 'boolean') return 'true or false';
  if (only.type === 'integer') return `an integer${range(only)}`;
  if (only.type === 'number') return `a number${range(only)}`;
  if (only.type === 'string') return only.minLength ? 'text that is not empty' : 'text';
  if (only.type === 'array') return isNode(only.items) ? `a list, each ${expectation(only.items)}` : 'a list';
  return only.properties ? `a map (keys: ${Object.keys(only.properties).join(', ')})` : 'a map of any keys';
}

/** Returns the dotted paths of all keys called `key`, such as `training.epochs` for `epochs`. */
export function pathsOfKey(root: SchemaNode, key: string): readonly string[] {
  const paths = Object.entries(root.properties ?? {}).flatMap(([section, node]) =>
    isNode(node) && alternatives(node).some((option) => propertyOf(option, key)) ? [`${section}.${key}`] : [],
  );
  return propertyOf(root, key) ? [key, ...paths] : paths;
}

/** Returns the dotted paths of all keys of the root and its sections. */
export function allPaths(root: SchemaNode): readonly string[] {
  const sections = Object.entries(root.properties ?? {});
  const inside = sections.flatMap(([section, node]) =>
    isNode(node)
      ? alternatives(node).flatMap((option) => Object.keys(option.properties ?? {}).map((key) => `${section}.${key}`))
      : [],
  );
  return [...new Set([...sections.map(([key]) => key), ...inside])];
}
