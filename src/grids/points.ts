// Points of a sweep: overrides from a list, or drawn at random.
import { cannot } from '../common/errors.js';
import { randomStream } from '../common/random.js';
import { expectation, schemaAt } from '../config/describe.js';
import { configError } from '../config/problems.js';
import { experimentTree, type ExperimentConfig } from '../config/schema.js';
import type { Source } from '../config/source.js';
import { plain } from '../config/tree.js';
import { findMark } from '../config/yaml-marks.js';
import { parseYaml } from '../config/yaml.js';
import { isCifar } from '../data/datasets/cifar/format.js';

/** Values of config keys by dotted name. */
export type PointValues = Readonly<Record<string, unknown>>;

/** A point: the name of its runs, and the changed settings. */
export interface SweepPoint {
  readonly name: string;
  readonly settings: PointValues;
}

/** The paper's values of lambda0 by data set (section 1). */
export function defaultLambdas(dataset: string): readonly number[] {
  return isCifar(dataset) ? [0.1, 0.25, 0.5, 0.75, 1] : [1, 2.5, 5, 7.5, 10];
}

/** Returns the settings as `KEY=VALUE`, the form of `--set`. */
export function overridesOf(settings: PointValues): readonly string[] {
  return Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}

/** Formats settings for display: `key=value` of each. */
export function settingsText(settings: PointValues): string {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${text(value)}`)
    .join(' ');
}

/** Describes the values of a key; undefined if the config has no such key. */
export function expectationAt(key: string, config: ExperimentConfig): string | undefined {
  const node = schemaAt(experimentTree, key.split('.'), config);
  return node && expectation(node);
}

/** Parses `a,b,c` as the items of a YAML list, so that `{name: focal},[1, 2]` are values too. Errors (usage). */
export function parseValues(text: string, option: string): readonly unknown[] {
  const source: Source = { kind: 'option', label: option, text: `${option} [${text}]` };
  const mark = findMark(`[${text}]`);
  if (mark !== undefined) {
    const start = option.length + 1 + mark.at;
    throw configError(text, [{ message: mark.message, span: { source, start, end: source.text.length - 1 } }], option);
  }
  const { tree, problems } = parseYaml(source, option.length + 1);
  if (problems.length > 0) throw configError(text, problems, option);
  return tree?.kind === 'list' ? tree.items.map(plain) : [];
}

const lastPart = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** Formats a value as a part of a folder name. */
function slug(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return (
    text
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replaceAll(/^-+(?!\d)|-+$/g, '')
      .slice(0, 60) || 'value'
  );
}

/**
 * Returns one point per value of `key`; numbers in ascending order. `expected` describes the values of the key, for
 * messages. Errors (usage): no values; a duplicate value.
 */
export function listPoints(key: string, values: readonly unknown[], expected: string): readonly SweepPoint[] {
  const action = `sweep ${key}`;
  if (values.length === 0) {
    const hint = `expected ${expected}, at least once, as in --values A,B,C`;
    throw cannot(action, 'there are no values', { code: 'sweep/values', kind: 'usage', hint });
  }
  const texts = values.map((value) => JSON.stringify(value));
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined)
    throw cannot(action, `the value ${twice} is given twice`, { code: 'sweep/values', kind: 'usage' });
  const numbers = values.every((value) => typeof value === 'number');
  const ordered = numbers ? [...(values as number[])].sort((a, b) => a - b) : values;
  const slugs = ordered.map(slug);
  return ordered.map((value, index) => {
    const unique = slugs.indexOf(slugs[index]) === index ? slugs[index] : `${slugs[index]}-${index + 1}`;
    return { name: `${lastPart(key)}-${unique}`, settings: { [key]: value } };
  });
}

/** The distribution of the values of a key. */
export type Dimension =
  | { readonly key: string; readonly kind: 'range'; readonly low: number; readonly high: number; readonly log: boolean }
  | { readonly key: string; readonly kind: 'choice'; readonly values: readonly unknown[] };

const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const rangePattern = new RegExp(`^([^=]+)=(log:)?(${number})\\.\\.(${number})$`);

/** Reads `KEY=LOW..HIGH` or `KEY=log:LOW..HIGH`. Errors (usage). */
export function parseRange(text: string): Dimension {
  const [, key, log, lowText, highText] = rangePattern.exec(text) ?? [];
  const refuse = (reason: string): Error =>
    cannot(`use --range ${text}`, reason, {
      code: 'sweep/values',
      kind: 'usage',
      hint: 'write it as in --range loss.lambda0=0.1..1 or --range optimizer.learningRate=log:0.01..1',
    });
  if (key === undefined) throw refuse('expected KEY=LOW..HIGH or KEY=log:LOW..HIGH');
  const [low, high] = [Number(lowText), Number(highText)];
  if (!(low < high)) throw refuse('LOW must be below HIGH');
  if (log !== undefined && low <= 0) throw refuse('a logarithmic range begins above 0');
  return { key, kind: 'range', low, high, log: log !== undefined };
}

/** Reads `KEY=A,B,C`. Errors (usage). */
export function parseChoice(text: string): Dimension {
  const equals = text.indexOf('=');
  const key = text.slice(0, Math.max(0, equals));
  const values = key === '' ? [] : parseValues(text.slice(equals + 1), `--choice ${key}=`);
  if (values.length > 0) return { key, kind: 'choice', values };
  throw cannot(`use --choice ${text}`, 'expected KEY=A,B,C', {
    code: 'sweep/values',
    kind: 'usage',
    hint: 'write it as in --choice model.depth=20,32',
  });
}

/** Returns the bounds of a dimension, which must be valid before values in between are drawn. */
export function extremes(dimension: Dimension): readonly PointValues[] {
  const { key } = dimension;
  const values = dimension.kind === 'range' ? [dimension.low, dimension.high] : dimension.values;
  return values.map((value) => ({ [key]: value }));
}

function draw(dimension: Dimension, integer: boolean, seed: number, trial: number): unknown {
  const stream = randomStream(seed, 'search', dimension.key, trial);
  if (dimension.kind === 'choice') return dimension.values[stream.integer(dimension.values.length)];
  const { low, high, log } = dimension;
  if (integer && !log) return low + stream.integer(Math.floor(high) - low + 1);
  const share = stream.uniform();
  if (integer) {
    // Each integer stands for the interval of ±0.5 around it, so that the bounds are drawn with the right probability.
    const [from, to] = [low - 0.5, Math.floor(high) + 0.5];
    return Math.min(Math.floor(high), Math.max(low, Math.round(from * (to / from) ** share)));
  }
  const value = log ? low * (high / low) ** share : low + share * (high - low);
  // Four digits are precise enough for a search; values stay within the bounds.
  return Math.min(high, Math.max(low, Number(value.toPrecision(4))));
}

/**
 * Returns a function that draws the point of a number, counted from 0. `isInteger` tells which keys take integers.
 * Errors (usage): nothing to draw from; a duplicate key.
 */
export function pointsOf(
  dimensions: readonly Dimension[],
  seed: number,
  isInteger: (key: string) => boolean,
): (trial: number) => SweepPoint {
  const keys = dimensions.map(({ key }) => key);
  const refuse = (reason: string): Error =>
    cannot('search at random', reason, {
      code: 'sweep/values',
      kind: 'usage',
      hint: 'name each key once with --range or --choice',
    });
  if (keys.length === 0) throw refuse('there is no --range and no --choice');
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw refuse(`${twice} is named twice`);
  // Looked up once, because a search may draw thousands of points.
  const whole = new Map(keys.map((key) => [key, isInteger(key)]));
  return (trial) => ({
    name: `trial-${trial + 1}`,
    settings: Object.fromEntries(
      dimensions.map((dimension) => [dimension.key, draw(dimension, whole.get(dimension.key)!, seed, trial)]),
    ),
  });
}

/** A search is exhausted after this many consecutive draws without a new point. */
const maxRepeats = 5000;

/** Returns the first `count` distinct points of a search; fewer if there are no more. Errors: as of `pointsOf`. */
export function randomPoints(
  dimensions: readonly Dimension[],
  count: number,
  seed: number,
  isInteger: (key: string) => boolean,
): readonly SweepPoint[] {
  const drawPoint = pointsOf(dimensions, seed, isInteger);
  const found = new Map<string, SweepPoint>();
  let repeats = 0;
  for (let trial = 0; found.size < count && repeats < maxRepeats; trial++) {
    const point = drawPoint(trial);
    const key = JSON.stringify(point.settings);
    repeats = found.has(key) ? repeats + 1 : 0;
    if (repeats === 0) found.set(key, point);
  }
  return [...found.values()];
}
