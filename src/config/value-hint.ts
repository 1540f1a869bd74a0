// Hints for values of the wrong type.
import { orList } from '../common/format.js';
import { didYouMean, nearest } from '../common/nearest.js';
import { shellWord } from '../common/shell.js';
import { wordOfAlias } from './aliases.js';
import { alternatives, isNode, knownWords } from './describe.js';
import type { SchemaNode } from './schema.js';
import type { Tree } from './tree.js';

/** A hint such as `did you mean cuda?`, for another program's word or a similar one. */
export function suggestWord(value: string, words: readonly string[]): string | undefined {
  const alias = wordOfAlias(value, words);
  return alias === undefined ? didYouMean(value, words) : `did you mean ${alias}?`;
}

const dropHint = 'leave the key out for its default, or write null to drop an inherited value too';

const isNumeric = ({ type }: SchemaNode): boolean => type === 'integer' || type === 'number';

/** Whether a node of the schema allows a number. */
function allows(node: SchemaNode, value: number): boolean {
  const { type, minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum } = node;
  if (!isNumeric(node) || (type === 'integer' && !Number.isInteger(value))) return false;
  const isAbove = typeof exclusiveMinimum !== 'number' || value > exclusiveMinimum;
  const isBelow = typeof exclusiveMaximum !== 'number' || value < exclusiveMaximum;
  return value >= minimum && value <= maximum && isAbove && isBelow;
}

const isOption = ({ span }: Tree): boolean => span.source.kind === 'option';

/** How a value is written: as YAML in a file, with its key and quoted for the shell after `--set`. */
const written = (name: string, yaml: string, tree: Tree): string =>
  isOption(tree) && !name.includes('[') ? `${name}=${shellWord(yaml)}` : yaml;

/** Returns a hint for a number or text in place of a list. */
function listHint(name: string, { items }: SchemaNode, value: number | string, tree: Tree): string | undefined {
  const node = isNode(items) ? items : {};
  const numbers = String(value).split(',').map((part) => (part.trim() === '' ? NaN : Number(part))); // prettier-ignore
  if (isNumeric(node) && !numbers.every((each) => allows(node, each))) return undefined;
  const list = written(name, isNumeric(node) ? `[${numbers.join(', ')}]` : JSON.stringify([value]), tree);
  return isOption(tree) ? `write ${list}` : `write a list, as in ${list}`;
}

/** Returns a hint for a number, true or false in place of a map such as that of mixup. */
function mapHint(
  name: string,
  options: readonly SchemaNode[],
  value: number | boolean,
  tree: Tree,
): string | undefined {
  const map = options.find(({ properties }) => properties !== undefined);
  // A map with required keys, such as the name of a section, has no default and needs more than one key.
  if (map === undefined || (map.required ?? []).length > 0) return undefined;
  if (value === true) return `write ${written(name, '{}', tree)} for its defaults`;
  if (value === 0 && options.some(({ const: only }) => only === false)) return `write ${written(name, 'false', tree)}`;
  const [key, node] = Object.entries(map.properties ?? {}).find(([, each]) => isNode(each) && isNumeric(each)) ?? [];
  if (key !== undefined && isNode(node) && value !== false && allows(node, value))
    return `write ${isOption(tree) ? `${name}.${key}=${value}` : `{${key}: ${value}}`}`;
  return value === 0 || value === false ? dropHint : undefined;
}

/** Returns a hint for text that is no word of the schema. */
function textHint(name: string, node: SchemaNode, tree: Tree, value: string): string | undefined {
  const words = knownWords(node);
  if (words.length > 0 && alternatives(node).some((option) => option.properties)) {
    const near = nearest(value, words);
    const between = isOption(tree) ? '=' : ': ';
    return `did you mean ${name}.name${between}${orList(near.length > 0 ? near : words)}?`;
  }
  if (words.length > 0) return suggestWord(value, words);
  if (node.type === 'boolean' && /^(y|yes|on|n|no|off)$/i.test(value)) return 'in YAML, write true or false';
  if (isNumeric(node) && value.trim() !== '' && Number.isFinite(Number(value)))
    return 'write the number without quotes';
  // 10_000 in Python, 10,000 in texts.
  if (isNumeric(node) && /^[1-9]\d{0,2}([_,]\d{3})+$/.test(value)) return `write ${value.replaceAll(/[_,]/g, '')}`;
  const isMap = alternatives(node).some(({ properties }) => properties !== undefined);
  return isMap && /^\w+:\S/.test(value) ? 'write a space after the colon' : undefined;
}

/** A shell removes the quotes around a value, so that YAML would read a number again. */
function quoteHint(name: string, tree: Tree): string {
  const { source, start, end } = tree.span;
  const hint = written(name, `"${source.text.slice(start, end)}"`, tree);
  return hint.startsWith('"') ? 'put it in quotes' : `write ${hint}`;
}

/** Returns a hint for the value of the key `name` that is not of its schema. */
export function valueHint(name: string, node: SchemaNode, tree: Tree): string | undefined {
  if (tree.kind !== 'scalar') return undefined;
  const { value } = tree;
  if (value === null) return name.endsWith(']') ? undefined : dropHint;
  const options = alternatives(node);
  const list = options.find(({ type }) => type === 'array');
  if (list !== undefined && typeof value !== 'boolean' && value !== '') return listHint(name, list, value, tree);
  if (typeof value === 'string') return textHint(name, node, tree, value);
  if (node.type === 'string' && knownWords(node).length === 0) return quoteHint(name, tree);
  return mapHint(name, options, value, tree);
}
