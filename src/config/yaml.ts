// Parses YAML to a tree of values with positions, within limits on depth and size.
import { isAlias, isMap, isPair, isScalar, isSeq, Lexer, parseDocument, Parser, type Node } from 'yaml';
import type { Problem } from './problems.js';
import { positionOf, type Source, type Span } from './source.js';
import type { Entry, Tree } from './tree.js';

const deepest = 64;
/** The maximum number of values in one file, with aliases expanded; a real config has fewer than a hundred. */
const maxValues = 10_000;

interface ParsedYaml {
  /** Undefined if the text has no value. */
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Offset of the first collection nested deeper than allowed. The parser keeps its own stack, so this cannot overflow.
 */
function tooDeep(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    // The parser is lazy: it runs as its tokens are consumed.
    Array.from(parser.next(lexeme));
    const open = parser.stack.filter((token) => 'items' in token);
    if (open.length > deepest) return open[deepest].offset;
  }
  return undefined;
}

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'one config per file; remove what follows `---`',
  BLOCK_AS_IMPLICIT_KEY: 'start a nested map on a new line',
};

/**
 * Converts a node of the document to a tree; adds to `problems`. `at`: converts a range of the parser to a span.
 */
function createConverter(
  at: (start: number, end: number) => Span,
  problems: Problem[],
): (node: unknown, fallback: Span) => Tree {
  const anchors = new Map<string, { tree: Tree; values: number }>();
  let values = 0;

  /** Adds a problem and returns null as the value, so that the rest is still read. */
  const refuse = (message: string, span: Span, hint?: string): Tree => {
    problems.push({ message, span, hint });
    return nothing(span);
  };
  const keyOf = (node: unknown, fallback: Span): { name: string; span: Span } | undefined => {
    const span = isNode(node) && node.range ? at(node.range[0], node.range[1]) : fallback;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'string') return { name: value, span };
    if (typeof value === 'number' || typeof value === 'boolean') return { name: String(value), span };
    refuse('a key must be a word', span);
    return undefined;
  };
  const convert = (node: unknown, fallback: Span): Tree => {
    values += 1;
    if (!isNode(node)) return nothing(fallback);
    const span = node.range ? at(node.range[0], node.range[1]) : fallback;
    if (isAlias(node)) {
      const anchored = anchors.get(node.source);
      if (anchored === undefined) return refuse(`the alias *${node.source} has no anchor before it`, span);
      values += anchored.values;
      if (values <= maxValues) return anchored.tree;
      const bomb = `aliases expand to more than ${maxValues} values`;
      return problems.some(({ message }) => message === bomb) ? nothing(span) : refuse(bomb, span);
    }
    const before = values;
    const tree = convertValue(node, span);
    if (node.anchor) anchors.set(node.anchor, { tree, values: values - before });
    return tree;
  };
  const convertValue = (node: Exclude<Node, { type: 'ALIAS' }>, span: Span): Tree => {
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => convert(item, span)), span };
    if (isMap(node)) {
      const entries = new Map<string, Entry>();
      for (const pair of node.items) {
        if (!isPair(pair)) continue;
        const key = keyOf(pair.key, span);
        if (key === undefined) continue;
        const value = convert(pair.value, key.span);
        const first = entries.get(key.name);
        if (first === undefined) entries.set(key.name, { key: key.span, value });
        else
          refuse(`the key ${key.name} is given twice`, key.span, `first given on line ${positionOf(first.key).line}`);
      }
      return { kind: 'map', entries, span };
    }
    const value = isScalar(node) ? node.value : undefined;
    // A key without a value is more likely unfinished than meant as null.
    if (isScalar(node) && value === null && node.source) return { kind: 'scalar', value, span, isUnset: true };
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, span };
    }
    return refuse('expected text, a number, true, false, a list or a map', span);
  };
  return convert;
}

/**
 * Parses `source.text` from `offset` to its end as YAML 1.2. Syntax errors, unknown tags, duplicate keys, nesting
 * deeper than 64 and aliases that expand to more than 10000 values are problems.
 */
export function parseYaml(source: Source, offset = 0): ParsedYaml {
  const text = source.text.slice(offset);
  const problems: Problem[] = [];
  const at = (start: number, end: number): Span => ({ source, start: offset + start, end: offset + end });
  const deep = tooDeep(text);
  if (deep !== undefined) {
    return {
      tree: undefined,
      problems: [{ message: `nested deeper than ${deepest} levels`, span: at(deep, deep + 1) }],
    };
  }
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'error', merge: false });
  for (const error of [...document.errors, ...document.warnings]) {
    const message = error.code === 'MULTIPLE_DOCS' ? 'more than one document' : error.message.split('\n')[0];
    const span = at(error.pos[0], error.pos[1]);
    problems.push({ code: 'config/yaml', message: `invalid YAML: ${message}`, span, hint: hints[error.code] });
  }
  if (problems.length > 0) return { tree: undefined, problems };

  if (document.contents === null) return { tree: undefined, problems };
  return { tree: createConverter(at, problems)(document.contents, at(0, 0)), problems };
}

function nothing(span: Span): Tree {
  return { kind: 'scalar', value: null, span };
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}
