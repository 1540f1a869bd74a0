// What a sweep tries: its command line read into points, every one checked before anything runs.
import { cannot } from '../common/errors.js';
import type { ExperimentConfig } from '../config/schema.js';
import {
  defaultLambdas,
  expectationAt,
  extremes,
  listPoints,
  overridesOf,
  parseChoice,
  parseRange,
  parseValues,
  randomPoints,
  type Settings,
  type SweepPoint,
} from '../experiments/grid/points.js';
import { gridCells, seedsFrom } from '../experiments/grid/rows.js';
import type { Cell } from '../experiments/store/store.js';
import type { CommandContext } from './context.js';
import { storeOf, type GridOptions } from './grid.js';
import { readConfig } from './options.js';

export interface SweepOptions extends GridOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly values?: readonly string[];
  readonly random?: number;
  readonly range: readonly string[];
  readonly choice: readonly string[];
  readonly searchSeed: number;
  readonly holdout: number;
  readonly seeds: number;
  readonly finalSeeds: number;
}

/** What a sweep tries, and how a point becomes a config. */
export interface Sweep {
  readonly points: readonly SweepPoint[];
  /** Title of the column with the values. */
  readonly first: string;
  readonly experiment: string;
  readonly root: string;
  readonly configOf: (settings: Settings, holdout: number) => ExperimentConfig;
}

/**
 * Reads the command line of a sweep. Errors (usage): values that the config refuses, none, or one twice; no key; a holdout
 * that leaves no training images.
 */
export function readSweep(key: string | undefined, options: SweepOptions, context: CommandContext): Sweep {
  const { config: file, set } = options;
  // "lambda0" is ISDA's, whatever the loss of the config: the sweep is about ISDA then.
  const isda = key === 'lambda0' ? ['loss.name=isda'] : [];
  const load = (more: readonly string[]): ExperimentConfig =>
    readConfig(file, [...set, ...isda, ...more], context).config;
  const base = load([]);
  const configOf: Sweep['configOf'] = (settings, holdout) =>
    load([...overridesOf(settings), ...(holdout === base.dataset.holdout ? [] : [`dataset.holdout=${holdout}`])]);
  const { experiment } = base;
  const { subset } = base.dataset;
  if (subset !== undefined && options.holdout >= subset) {
    throw cannot(`hold out ${options.holdout} images`, `the config trains on ${subset} (dataset.subset)`, {
      kind: 'usage',
      hint: `choose a --holdout below ${subset}`,
    });
  }
  if (options.random !== undefined) {
    if (key !== undefined) {
      throw cannot(`sweep ${key} at random`, '--random takes its keys from --range and --choice', { kind: 'usage' });
    }
    const dimensions = [...options.range.map(parseRange), ...options.choice.map(parseChoice)];
    for (const settings of dimensions.flatMap(extremes)) configOf(settings, base.dataset.holdout);
    const isInteger = (name: string): boolean => expectationAt(name, base)?.startsWith('an integer') ?? false;
    const points = randomPoints(dimensions, options.random, options.searchSeed, isInteger);
    return { points, first: 'trial', experiment, configOf, root: storeOf(`search-${experiment}`, options, context) };
  }
  if (key === undefined) {
    throw cannot('sweep', 'there is no key', {
      kind: 'usage',
      hint: 'name one, as in `isda sweep lambda0 …`, or search with --random',
    });
  }
  const path = key === 'lambda0' ? 'loss.lambda0' : key;
  const given = options.values?.flatMap((text) => parseValues(text, '--values'));
  const values = given ?? (path === 'loss.lambda0' ? defaultLambdas(base.dataset.name) : []);
  const expected = expectationAt(path, base);
  // An unknown key is refused in the words of the config, with the nearest known one.
  if (expected === undefined) configOf({ [path]: values[0] ?? 0 }, base.dataset.holdout);
  const points = listPoints(path, values, expected ?? 'a value');
  for (const { settings } of points) configOf(settings, base.dataset.holdout);
  return { points, first: key, experiment, configOf, root: storeOf(`sweep-${key}-${experiment}`, options, context) };
}

/** The runs of a sweep on held-out images, and those that each point would have on all images, by its name. */
export function sweepCells(
  { points, experiment, configOf }: Sweep,
  { holdout, seeds, finalSeeds }: SweepOptions,
): { readonly trials: readonly Cell[]; readonly finals: ReadonlyMap<string, readonly Cell[]> } {
  const rowsWith = (chosen: readonly SweepPoint[], held: number, suffix: string) =>
    chosen.map(({ name, settings }) => ({ name: `${name}${suffix}`, config: configOf(settings, held) }));
  const finals = points.map((point) => {
    const rows = rowsWith([point], 0, '-final');
    return [point.name, gridCells(experiment, rows, seedsFrom(1, finalSeeds))] as const;
  });
  return {
    trials: gridCells(experiment, rowsWith(points, holdout, ''), seedsFrom(1, seeds)),
    finals: new Map(finals),
  };
}
