// Parses the command line of a sweep into points and checks each of them before anything runs.
import type { Command } from 'commander';
import { cannot } from '../../common/errors.js';
import { counted } from '../../common/format.js';
import { valueSet } from '../../config/overrides.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { refuseFixedKeys, refuseIdleKey } from '../../grids/check-sweep.js';
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
  type PointValues,
  type SweepPoint,
} from '../../grids/points.js';
import { gridCells, seedsFrom } from '../../grids/rows.js';
import type { Cell } from '../../grids/store/store.js';
import { sweepSubject, type SweepSubject } from '../../grids/sweep.js';
import type { CommandContext } from '../context.js';
import { storeOf, type GridOptions } from './grid.js';
import { readConfig, replacedNames, warnOfReplaced } from '../options.js';

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

/** The points of a sweep, and how a point becomes a config. */
export interface Sweep {
  readonly points: readonly SweepPoint[];
  /** Title of the column with the values. */
  readonly first: string;
  readonly experiment: string;
  /** What the choice of a point is for: it may set keys of the network, the data or the loss beside lambda0. */
  readonly subjectOf: (settings: PointValues) => SweepSubject;
  readonly root: string;
  /** Whether the config splits off validation images, which the choice can use. */
  readonly validates: boolean;
  readonly configOf: (settings: PointValues, holdout: number) => ExperimentConfig;
}

/** Checks of points. */
interface Basis {
  readonly base: ExperimentConfig;
  /** Returns a config with the values of a point. Errors (usage): values that the config refuses. */
  readonly runOf: (settings: PointValues) => ExperimentConfig;
}

/** Returns points drawn from `--range` and `--choice`. */
function drawnPoints({ range, choice, searchSeed }: SweepOptions, count: number, { base, runOf }: Basis) {
  const dimensions = [...range.map(parseRange), ...choice.map(parseChoice)];
  for (const dimension of dimensions) {
    const ends = extremes(dimension);
    ends.forEach(refuseFixedKeys);
    const values = ends.map((settings) => settings[dimension.key]);
    refuseIdleKey(dimension.key, values, runOf);
  }
  const isInteger = (name: string): boolean => expectationAt(name, base)?.startsWith('an integer') ?? false;
  return randomPoints(dimensions, count, searchSeed, isInteger);
}

/** Returns the points for the values of one key. */
function listedPoints(path: string, { values: texts }: SweepOptions, { base, runOf }: Basis) {
  const listed = texts?.flatMap((text) => parseValues(text, '--values'));
  const values = listed ?? (path === 'loss.lambda0' ? defaultLambdas(base.dataset.name) : []);
  const expected = expectationAt(path, base);
  // An unknown key is refused with the message of the config, which suggests the nearest key.
  if (expected === undefined) runOf({ [path]: values[0] ?? 0 });
  for (const value of values) refuseFixedKeys({ [path]: value });
  const points = listPoints(path, values, expected ?? 'a value');
  refuseIdleKey(path, values, runOf);
  return points;
}

/**
 * Reads the command line of a sweep. Errors (usage): values that the config refuses, none, one twice or ones that make
 * no difference; a key that `--seeds` or `--holdout` sets; no key.
 */
export function readSweep(key: string | undefined, options: SweepOptions, context: CommandContext): Sweep {
  const { config: file, set, random } = options;
  // "lambda0" is that of ISDA, whatever the loss of the config: the sweep then trains with ISDA.
  const isda = key === 'lambda0' ? ['loss.name=isda'] : [];
  if (key === 'lambda0') warnOfReplaced(set, { 'loss.name': replacedNames }, context);
  const load = (more: readonly string[]): ExperimentConfig =>
    readConfig(file, [...set, ...isda, ...more], context).config;
  const base = load([]);
  const configOf: Sweep['configOf'] = (settings, held) =>
    load([...overridesOf(settings), ...(held === base.dataset.holdout ? [] : [`dataset.holdout=${held}`])]);
  const { experiment } = base;
  const basis = { base, runOf: (settings: PointValues) => configOf(settings, base.dataset.holdout) };
  if (random !== undefined && key !== undefined) {
    throw cannot(`sweep ${key} at random`, '--random takes its keys from --range and --choice', {
      code: 'option/conflict',
      kind: 'usage',
    });
  }
  if (random === undefined && key === undefined) {
    throw cannot('sweep', 'no key is given', {
      code: 'option/missing',
      kind: 'usage',
      hint: 'name one, as in `isda sweep lambda0 …`, or search with --random',
    });
  }
  const points =
    random === undefined
      ? listedPoints(key === 'lambda0' ? 'loss.lambda0' : key!, options, basis)
      : drawnPoints(options, random, basis);
  const keys = [...new Set(points.flatMap(({ settings }) => Object.keys(settings)))];
  const dropped = set.find((change) => keys.some((each) => valueSet(change, each) !== undefined));
  if (dropped !== undefined) {
    throw cannot('sweep', `--set ${dropped} would be dropped: the sweep sets that key`, {
      code: 'option/conflict',
      kind: 'usage',
    });
  }
  if (random !== undefined && points.length < random) {
    const all = `there are only ${counted(points.length, 'different setting')} to draw`;
    context.stderr.write(`warning: ${all}, so ${points.length} are tried instead of ${random}\n`);
  }
  const root = storeOf(random === undefined ? `sweep-${key}-${experiment}` : `search-${experiment}`, options, context);
  return {
    points,
    first: random === undefined ? key! : 'trial',
    experiment,
    subjectOf: (settings) => sweepSubject(basis.runOf(settings)),
    configOf,
    root,
    validates: base.dataset.validationFraction !== undefined,
  };
}

/**
 * The options as a sweep takes them, and whether its choice is made on the images of dataset.validationFraction because
 * --holdout is not given. `command`: that the options were read by.
 */
export function effectiveOptions(
  { validates }: Pick<Sweep, 'validates'>,
  given: SweepOptions,
  command: Pick<Command, 'getOptionValueSource'>,
): { readonly options: SweepOptions; readonly validates: boolean } {
  const onOwn = validates && command.getOptionValueSource('holdout') === 'default';
  return { options: onOwn ? { ...given, holdout: 0 } : given, validates: onOwn };
}

/** Returns the runs of a sweep on held-out images, and the final runs that each point would have, by its name. */
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
