// Hints for values of the wrong type.
import { orList } from '../common/format.js';
import { didYouMean, nearest } from '../common/nearest.js';
import { wordOfAlias } from './aliases.js';
import { alternatives, isNode, knownWords } from './describe.js';
import type { SchemaNode } from './schema.js';
import type { Tree } from './tree.js';

/** A hint such as `did you mean cuda?`, for another program's word or a similar one. */
export function suggestWord(value: string, words: readonly string[]): string | undefined {
  const alias = wordOfAlias(value, words);
  return alias === undefined ? didYouMean(value, words) : `did you mean ${alias}?`;
}

const isNumeric = ({ type }: SchemaNode): boolean => type === 'integer' || type === 'number';

/** How a key in a map is written: `alpha: 1` in a file, `augmentation.mixup.alpha=1` after `--set`. */
const settingIn = (name: string, key: string, value: unknown, { span }: Tree): string =>
  span.source.kind === 'option' ? `${name}.${key}=${String(value)}` : `{${key}: ${String(value)}}`;

/** Returns a hint for a number or `true` in place of a map such as that of mixup. */
function mapHint(
  name: string,
  options: readonly SchemaNode[],
  value: number | boolean,
  tree: Tree,
): string | undefined {
  const map = options.find(({ properties }) => properties !== undefined);
  if (map === undefined) return undefined;
  if (value === true) return 'write {} for its defaults';
  const numbers = Object.entries(map.properties ?? {}).filter(([, node]) => isNode(node) && isNumeric(node));
  return numbers.length === 0 || value === false ? undefined : `write ${settingIn(name, numbers[0][0], value, tree)}`;
}

/** Returns a hint for text that is no word of the schema. */
function textHint(name: string, node: SchemaNode, tree: Tree, value: string): string | undefined {
  const words = knownWords(node);
  if (words.length > 0 && alternatives(node).some((option) => option.properties)) {
    const near = nearest(value, words);
    const between = tree.span.source.kind === 'option' ? '=' : ': ';
    return `did you mean ${name}.name${between}${orList(near.length > 0 ? near : words)}?`;
  }
  if (words.length > 0) return suggestWord(value, words);
  if (node.type === 'boolean' && /^(y|yes|on|n|no|off)$/i.test(value)) return 'in YAML, write true or false';
  if (isNumeric(node) && value.trim() !== '' && Number.isFinite(Number(value)))
    return 'write the number without quotes';
  // 10_000 in Python, 10,000 in texts.
  if (isNumeric(node) && /^\d+([_,]\d{3})+$/.test(value)) return `write ${value.replaceAll(/[_,]/g, '')}`;
  const isMap = alternatives(node).some(({ properties }) => properties !== undefined);
  return isMap && /^\w+:\S/.test(value) ? 'write a space after the colon' : undefined;
}

/** A shell removes the quotes around a value, so that YAML would read a number again. */
function quoteHint(name: string, { span }: Tree): string {
  const text = span.source.text.slice(span.start, span.end);
  return span.source.kind === 'option' && !name.includes('[') ? `write ${name}='"${text}"'` : 'put it in quotes';
}

/** Returns a hint for the value of the key `name` that is not of its schema. */
export function valueHint(name: string, node: SchemaNode, tree: Tree): string | undefined {
  if (tree.kind !== 'scalar') return undefined;
  const { value } = tree;
  if (value === null) return 'leave the key out for its default, or write null to drop an inherited value too';
  const options = alternatives(node);
  if (typeof value !== 'boolean' && value !== '' && options.some(({ type }) => type === 'array'))
    return `write a list, as in [${String(value).replaceAll(/, */g, ', ')}]`;
  if (typeof value === 'string') return textHint(name, node, tree, value);
  if (node.type === 'string' && knownWords(node).length === 0) return quoteHint(name, tree);
  return mapHint(name, options, value, tree);
}
