// Validates a tree of values with the schema: returns the resolved config, or every problem with its location.
import type { z } from 'zod';
import { orList } from '../common/format.js';
import { nearest } from '../common/nearest.js';
import { networkSettings, networksNamed } from '../models/other-names.js';
import { alternatives, expectation, knownKeys, knownWords, schemaAt } from './describe.js';
import type { Problem } from './problems.js';
import { experimentSchema, experimentTree, type ExperimentConfig, type SchemaNode } from './schema.js';
import type { Source } from './source.js';
import { isUnset, keySpanAt, plain, valueAt, type MapTree, type Tree } from './tree.js';
import { dotted, unknownKey, type CheckedTree, type Path } from './unknown-key.js';
import { withoutUnset } from './unset.js';
import { suggestWord, valueHint } from './value-hint.js';

type Issue = z.core.$ZodIssue;

function got(tree: Tree): string {
  if (tree.kind === 'list') {
    const text = `[${tree.items.map(got).join(', ')}]`;
    return text.length > 40 ? 'a list' : text;
  }
  if (tree.kind === 'map') return 'a map';
  if (tree.value === null) return isUnset(tree) ? 'null' : 'nothing';
  if (typeof tree.value !== 'string') return String(tree.value);
  return JSON.stringify(tree.value.length > 40 ? `${tree.value.slice(0, 39)}…` : tree.value);
}

/** Converts issues of zod to problems with messages for users and locations in their files. */
function problemsOf(issue: Issue, prefix: Path, checked: CheckedTree): readonly Problem[] {
  const { tree, root, value } = checked;
  const path = [...prefix, ...issue.path];
  const name = dotted(path);
  const node = schemaAt(root, path, value);
  const written = valueAt(tree, path);

  if (issue.code === 'unrecognized_keys') {
    const known = node === undefined ? [] : knownKeys(node, written && plain(written));
    return issue.keys.map((key) => unknownKey(key, path, known, checked));
  }
  if (issue.code === 'invalid_union' && written?.kind === 'map' && issue.errors.length > 0) {
    // The value is a map, so the issues of the alternative that is a map are more helpful than "no match".
    const meant = issue.errors.find((errors) => errors.every((inner) => inner.path.length > 0 || 'keys' in inner));
    if (meant) return meant.flatMap((inner) => problemsOf(inner, path, checked));
  }
  const discriminator = issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator !== undefined;
  const words = discriminator ? unionWords(root, path, value) : undefined;
  const expected = words ? orList(words) : node && expectation(node);
  // An item of a list cannot be left out.
  const isItem = typeof path.at(-1) === 'number';
  if (written === undefined || (isUnset(written) && !isItem)) {
    const span = written?.span ?? keySpanAt(tree, path.slice(0, -1));
    const hint = written ? 'null drops the value of a key, and this one has no default' : misspelt(path, checked);
    return [{ message: `${name} is missing${expected === undefined ? '' : `: expected ${expected}`}`, span, hint }];
  }
  // Messages of zod start differently: `Too small: …`.
  const hasOwnWords = ['custom', 'invalid_format'].includes(issue.code) || issue.message.startsWith('expected ');
  const what = hasOwnWords || expected === undefined ? issue.message : `expected ${expected}`;
  const own: unknown = issue.code === 'custom' ? issue.params?.hint : undefined;
  const guess = words ? guessName(name, String(plain(written)), words) : node && valueHint(name, node, written);
  const hint = typeof own === 'string' ? own : (depthElsewhere(name, tree) ?? guess);
  return [{ message: `${name}: ${what}, got ${got(written)}`, span: written.span, hint }];
}

/** Returns a hint for an unknown name: a network by its name elsewhere, or the nearest name. */
function guessName(path: string, word: string, words: readonly string[]): string | undefined {
  const networks = path === 'model.name' ? networksNamed(word) : [];
  return networks.length > 0 ? `did you mean ${orList(networks.map(networkSettings))}?` : suggestWord(word, words);
}

/** A hint for a ResNet's depth that another family has. */
function depthElsewhere(path: string, tree: MapTree): string | undefined {
  const [family, depth] = ['name', 'depth'].map((key) => valueAt(tree, ['model', key]));
  if (path !== 'model.depth' || family === undefined || plain(family) !== 'resnet' || depth === undefined)
    return undefined;
  const networks = networksNamed(`resnet${String(plain(depth))}`);
  return networks.length > 0 ? `did you mean ${orList(networks.map(networkSettings))}?` : undefined;
}

/** The names of the alternatives of the section whose `name` is at `path`. */
function unionWords(root: SchemaNode, path: Path, value: unknown): readonly string[] {
  const section = schemaAt(root, path.slice(0, -1), value);
  return section === undefined ? [] : knownWords(section);
}

/**
 * A hint if the section of a missing key has a similar unknown one: without its `name`, a section's keys are not
 * validated.
 */
function misspelt(path: Path, { tree, root, value }: CheckedTree): string | undefined {
  const section = valueAt(tree, path.slice(0, -1));
  const node = schemaAt(root, path.slice(0, -1), value);
  if (section?.kind !== 'map' || node === undefined) return undefined;
  const known = alternatives(node).flatMap((option) => Object.keys(option.properties ?? {}));
  const missing = String(path[path.length - 1]);
  const typo = [...section.entries.keys()].find((key) => !known.includes(key) && nearest(key, known).includes(missing));
  return typo && `did you mean ${missing} instead of ${typo}?`;
}

/** The sort key of a problem: files in the order they were read, then the command line; top to bottom. */
function order(problem: Problem, sources: readonly Source[]): number {
  return problem.span === undefined ? -1 : sources.indexOf(problem.span.source) * 2 ** 24 + problem.span.start;
}

/** A schema, and its JSON Schema, from which messages are made. */
interface Described<Value> {
  readonly schema: z.ZodType<Value>;
  readonly root: SchemaNode;
}

/**
 * Parses a tree with a schema, filling in all defaults, or lists the problems in the order of `sources`. A key that is
 * `null` is as one that is not given.
 */
export function checkTree<Value>(
  { schema, root }: Described<Value>,
  tree: MapTree,
  sources: readonly Source[],
): { value: Value } | { problems: readonly Problem[] } {
  const value = plain(withoutUnset(tree, root));
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  const checked = { tree, value, root };
  const found = result.error.issues.flatMap((issue) => problemsOf(issue, [], checked));
  // Two checks can fail for one value (too large for an integer and for its range): one message covers both.
  const once = new Map(found.map((problem) => [problem.message, problem]));
  return { problems: [...once.values()].sort((a, b) => order(a, sources) - order(b, sources)) };
}

/** Resolves a tree into a config with all defaults, or lists the problems in the order of `sources`. */
export function validate(
  tree: MapTree,
  sources: readonly Source[],
): { config: ExperimentConfig } | { problems: readonly Problem[] } {
  const checked = checkTree({ schema: experimentSchema, root: experimentTree }, tree, sources);
  return 'value' in checked ? { config: checked.value } : checked;
}
