// Describes the problem of an unknown key of a config, with suggestions.
import { distance } from 'fastest-levenshtein';
import { orList } from '../common/format.js';
import { didYouMean, nearest } from '../common/nearest.js';
import { bareKey, keyOfAlias } from './aliases.js';
import { allPaths, alternatives, nameOfAlternative, pathsOfKey, propertyOf, schemaAt } from './describe.js';
import type { Problem } from './problems.js';
import { generatorRefusalOf, refusalOf } from './refused.js';
import type { SchemaNode } from './schema.js';
import { keySpanAt, plain, valueAt, type MapTree } from './tree.js';

export type Path = readonly PropertyKey[];

/** The validated value and its schema. */
export interface CheckedTree {
  readonly tree: MapTree;
  /** The tree as plain values. */
  readonly value: unknown;
  /** The schema. */
  readonly root: SchemaNode;
}

/** `schedule.milestones[1]`. */
export function dotted(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

/** Returns the key meant by one of other programs, or by one in their spelling: `lr`, `batch_size`. */
function knownElsewhere(
  key: string,
  at: Path,
  known: readonly string[],
  { root, shown }: { readonly root: SchemaNode; readonly shown: (name: string) => string },
): string | undefined {
  const here = known.find((name) => bareKey(name) === bareKey(key));
  if (here !== undefined) return `did you mean ${shown(here)}?`;
  // A key that differs in one letter is more likely than an exact match elsewhere.
  const close = nearest(key, known).filter((name) => distance(name.toLowerCase(), key.toLowerCase()) === 1);
  const meant = (others: readonly string[]): string =>
    `did you mean ${orList([...new Set([...close.map(shown), ...others])])}?`;
  const alias = keyOfAlias(key);
  const last = alias?.slice(alias.lastIndexOf('.') + 1);
  if (alias !== undefined && last !== undefined && pathsOfKey(root, last).includes(alias))
    return meant([alias === dotted([...at, last]) ? shown(last) : alias]);
  const same = allPaths(root).filter((path) => bareKey(path.slice(path.lastIndexOf('.') + 1)) === bareKey(key));
  return same.length === 0 ? undefined : meant(same);
}

/** Root keys of other programs (Hydra, OpenMMLab) for the files that a config inherits from. */
const inheritance = new Set(['base', 'defaults', 'include', 'includes', 'inherit', 'inherits', 'import', 'parent']);

/** A hint for a key in another notation. */
function otherNotation(key: string, at: Path, { root, value }: CheckedTree): string | undefined {
  if (key === '<<') return 'YAML merge keys are not supported; `extends: FILE` inherits the values of another file';
  const parts = key.split('.');
  if (parts.length < 2 || schemaAt(root, [...at, ...parts], value) === undefined) return undefined;
  const nested = parts.reduceRight((inner, part) => (inner === '' ? `${part}: …` : `${part}: {${inner}}`), '');
  return `dotted keys are for --set; in YAML write ${nested}`;
}

/** A hint if the section has the key with another `name`: `dataset.mean` of `image-folder`, not of `cifar10`. */
function ofOtherName(key: string, at: Path, { root, value }: CheckedTree): string | undefined {
  const section = schemaAt(root, at, value);
  const having = section === undefined ? [] : alternatives(section).filter((option) => propertyOf(option, key));
  const names = having.flatMap((option) => nameOfAlternative(option) ?? []);
  return names.length === 0 ? undefined : `it is a key of ${dotted([...at, 'name'])}: ${orList(names)}`;
}

/** The problem of an unknown key at a path. */
export function unknownKey(key: string, at: Path, known: readonly string[], checked: CheckedTree): Problem {
  const { tree, root } = checked;
  const path = [...at, key];
  const elsewhere = pathsOfKey(root, key).filter((other) => other !== dotted(path));
  const moved = elsewhere.length > 0 ? `did you mean ${orList(elsewhere)}?` : undefined;
  const span = keySpanAt(tree, path);
  const section = valueAt(tree, [...at, 'name']);
  const isGenerator = root.properties?.['gan'] !== undefined;
  const refusal =
    (section && refusalOf(dotted(at), plain(section), key)) ??
    (isGenerator ? generatorRefusalOf(dotted(at), key) : undefined);
  if (refusal !== undefined) return { message: `${dotted(path)}: ${refusal.reason}`, span, hint: refusal.hint };
  const message = `unknown key ${dotted(path)}`;
  if (at.length === 0 && key === 'extends')
    return { code: 'config/unknown-key', message, span, hint: 'extends is only allowed in config files' };
  const isConfig = root.properties?.['experiment'] !== undefined;
  const notation = otherNotation(key, at, checked);
  if (notation !== undefined) return { code: 'config/unknown-key', message, span, hint: notation };
  const mayExtend = isConfig && at.length === 0 && span?.source.kind === 'file';
  const here = mayExtend ? ['extends', ...known] : known;
  const extending =
    mayExtend && inheritance.has(bareKey(key)) ? '`extends: FILE` inherits from another file' : undefined;
  // In a file, the keys of a section are written without it, on the command line with it.
  const shown = (name: string): string => (span?.source.kind === 'option' ? dotted([...at, name]) : name);
  return {
    code: 'config/unknown-key',
    message,
    span,
    hint:
      extending ??
      ofOtherName(key, at, checked) ??
      knownElsewhere(key, at, here, { root, shown }) ??
      didYouMean(key, here, shown) ??
      moved ??
      `known keys: ${here.join(', ')}`,
  };
}
