// Parses `--set a.b=value` of the command line to a tree that is merged into the config.
import { shellWord } from '../common/shell.js';
import type { Problem } from './problems.js';
import type { Source } from './source.js';
import { merge, plain, valueAt, type MapTree, type Tree } from './tree.js';
import { findMark } from './yaml-marks.js';
import { parseYaml } from './yaml.js';

const option = '--set ';
const example = 'write it as in --set training.epochs=10';

interface Overrides {
  readonly tree: MapTree;
  readonly problems: readonly Problem[];
  readonly sources: readonly Source[];
}

/** Parses one `KEY=VALUE` to a tree with the value inside the maps of the dotted key, or returns the problem. */
function parseOverride(source: Source): { tree: MapTree } | { problems: readonly Problem[] } {
  const { text } = source;
  const whole = { source, start: option.length, end: text.length };
  const equals = text.indexOf('=');
  if (equals === -1) {
    // Hydra's way to delete a key.
    const deleted = /^~([\w.]+)$/.exec(text.slice(option.length))?.[1];
    const hint = deleted === undefined ? example : `to drop a value, write ${deleted}=null`;
    return { problems: [{ message: 'expected KEY=VALUE', span: whole, hint }] };
  }
  const key = text.slice(option.length, equals);
  const keySpan = { source, start: option.length, end: equals };
  if (key.split('.').some((part) => part.trim() !== part || part === '')) {
    return { problems: [{ message: 'expected a key before =', span: keySpan, hint: example }] };
  }
  const quoted = `quote the value: ${key}=${shellWord(JSON.stringify(text.slice(equals + 1)))}`;
  const mark = findMark(text.slice(equals + 1));
  if (mark !== undefined) {
    const span = { source, start: equals + 1 + mark.at, end: text.length };
    return { problems: [{ message: mark.message, span, hint: quoted }] };
  }
  const { tree: value, problems } = parseYaml(source, equals + 1);
  if (problems.length > 0) {
    // A reserved character such as @, with which a path may start.
    const hint = /^["'[{]/.test(text.slice(equals + 1)) ? undefined : quoted;
    return { problems: problems.map((problem) => ({ ...problem, hint })) };
  }
  if (value === undefined) {
    const after = { source, start: equals + 1, end: text.length };
    const hint = `to drop a value, write ${key}=null`;
    return { problems: [{ message: `expected a value after ${key}=`, span: after, hint }] };
  }
  const parts = key.split('.');
  const starts = parts.map((_, index) => option.length + parts.slice(0, index).join('.').length + (index > 0 ? 1 : 0));
  const tree = parts.reduceRight<Tree>((inner, part, index) => {
    const span = { source, start: starts[index], end: starts[index] + part.length };
    return { kind: 'map', entries: new Map([[part, { key: span, value: inner }]]), span };
  }, value);
  return { tree: tree as MapTree };
}

/** Parses every `KEY=VALUE` (VALUE is YAML) into one tree; if a key is given twice, the later value is used. */
export function parseOverrides(overrides: readonly string[]): Overrides {
  const sources = overrides.map((text): Source => ({ kind: 'option', label: '--set', text: option + text }));
  const read = sources.map(parseOverride);
  const nothing: Source = { kind: 'option', label: '--set', text: option };
  const empty: MapTree = { kind: 'map', entries: new Map(), span: { source: nothing, start: 0, end: 0 } };
  return {
    tree: read.flatMap((each) => ('tree' in each ? [each.tree] : [])).reduce((a, b) => merge(a, b), empty),
    problems: read.flatMap((each) => ('problems' in each ? each.problems : [])),
    sources,
  };
}

/** Returns the value that one `KEY=VALUE` gives a key, also inside a map; undefined if it gives none. */
export function valueSet(change: string, key: string): unknown {
  const value = valueAt(parseOverrides([change]).tree, key.split('.'));
  return value && plain(value);
}
