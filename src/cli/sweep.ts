// `isda sweep`: values of config keys tried on held-out images, the best one then trained on all images.
import { InvalidArgumentError, Option } from 'commander';
import { cannot } from '../common/errors.js';
import { displayPath } from '../config/find.js';
import type { ExperimentConfig } from '../config/schema.js';
import { outcomeTable, rowOutcomes, writeOutcomes, type RowOutcome } from '../experiments/grid/outcomes.js';
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
import { choosePoint, measuredPoints, writeSweep, type MeasuredPoint } from '../experiments/grid/sweep.js';
import type { CommandContext, RegisterCommand } from './context.js';
import {
  gridFailure,
  measuredOn,
  runsOf,
  showPlan,
  storeOf,
  withGridOptions,
  withGridRunner,
  type GridOptions,
} from './grid.js';
import { configOption, countArgument, readConfig, setOption } from './options.js';
import { formatTable } from './table.js';

interface SweepOptions extends GridOptions {
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
interface Sweep {
  readonly points: readonly SweepPoint[];
  /** Title of the column with the values. */
  readonly first: string;
  readonly experiment: string;
  readonly root: string;
  readonly configOf: (settings: Settings, holdout: number) => ExperimentConfig;
}

function wholeArgument(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('Expected a whole number of at least 0.');
  return Number(value);
}

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** Reads what is to be tried; every value is checked here, before anything runs. */
function readSweep(key: string | undefined, options: SweepOptions, context: CommandContext): Sweep {
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

/** The values of a point for people: the value alone of one key, `key=value` of several. */
function describe({ settings }: SweepPoint): string {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const entries = Object.entries(settings);
  return entries.map(([key, value]) => (entries.length === 1 ? text(value) : `${key}=${text(value)}`)).join(' ');
}

function sweepTable(points: readonly MeasuredPoint[], chosen: SweepPoint | undefined, first: string): string {
  const table = outcomeTable(
    points.map((point) => ({ ...point.outcome, row: describe(point) })),
    first,
  );
  const rows = table.rows.map((row, index) => [...row, points[index].name === chosen?.name ? 'chosen' : '']);
  return formatTable([...table.header, ''], rows);
}

async function sweep(key: string | undefined, options: SweepOptions, context: CommandContext): Promise<void> {
  const { points, first, experiment, root, configOf } = readSweep(key, options, context);
  const { holdout, seeds, finalSeeds } = options;
  const say = (text: string): void => void (options.json === true ? context.stderr : context.stdout).write(text);
  const rowsWith = (chosen: readonly SweepPoint[], held: number, suffix: string) =>
    chosen.map(({ name, settings }) => ({ name: `${name}${suffix}`, config: configOf(settings, held) }));
  const trials = gridCells(experiment, rowsWith(points, holdout, ''), seedsFrom(1, seeds));
  const finals = new Map(
    points.map((point) => [
      point.name,
      gridCells(experiment, rowsWith([point], 0, '-final'), seedsFrom(1, finalSeeds)),
    ]),
  );
  if (holdout === 0) {
    context.stderr.write(
      'warning: with --holdout 0 the choice is made on the test set, and the error of what is chosen comes out too low\n',
    );
  }
  if (options.dryRun === true) {
    await showPlan(trials, root, options.json === true, context);
    if (finalSeeds > 0) say(`then the chosen value on all images, on seeds 1 to ${finalSeeds}\n`);
    return;
  }

  const failure = await withGridRunner(options, context, async ({ run, signals }) => {
    const fail = (outcomes: Awaited<ReturnType<typeof run>>): Error | undefined =>
      gridFailure(outcomes, root, signals.requested(), context.workingDirectory);
    const tried = await run(trials, root);
    const rows = rowOutcomes(tried);
    const measured = measuredPoints(points, rows);
    const complete = tried.every(({ end }) => end.state === 'done' || end.state === 'failed');
    const chosen = complete ? choosePoint(measured) : undefined;
    const record = { experiment, holdout, points: measured };
    const choice = chosen && { name: chosen.name, settings: chosen.settings };
    await writeSweep(root, { ...record, chosen: choice });
    await writeOutcomes(
      root,
      'selection',
      { title: `Sweep of ${experiment}`, first, measured: measuredOn(trials) },
      rows,
    );
    if (tried.some(({ summary }) => summary !== undefined)) {
      say(`\n${sweepTable(measured, chosen, first)}\n(error on ${measuredOn(trials)})\n\n`);
    }
    const finalCells = chosen === undefined ? [] : finals.get(chosen.name)!;
    const finished = finalCells.length === 0 ? [] : await run(finalCells, root);
    const [final]: readonly (RowOutcome | undefined)[] = rowOutcomes(finished);
    if (final !== undefined) {
      const table = outcomeTable([final], 'final');
      await writeSweep(root, { ...record, chosen: choice, final });
      await writeOutcomes(
        root,
        'outcomes',
        { title: `Sweep of ${experiment}: chosen`, first, measured: 'the test images' },
        [final],
      );
      say(`\n${formatTable(table.header, table.rows)}\n(error on the test images)\n`);
    }
    say(`\nrun store  ${displayPath(root, context.workingDirectory)} (sweep.json)\n`);
    if (options.json === true) {
      const runs = runsOf([...tried, ...finished]);
      context.stdout.write(
        `${JSON.stringify({ store: root, ...record, chosen: choice, final, runs }, undefined, 2)}\n`,
      );
    }
    return fail([...tried, ...finished]);
  });
  if (failure !== undefined) throw failure;
}

export const registerSweep: RegisterCommand = (program, context) => {
  const command = program
    .command('sweep')
    .description('try values of a config key on held-out training images, then train with the best on all images')
    .argument('[key]', 'lambda0 (of ISDA), or any key of a config, such as optimizer.learningRate')
    .addOption(configOption().makeOptionMandatory())
    .addOption(setOption())
    .addOption(
      new Option(
        '--values <list>',
        "values as in 0.1,0.25 or '{name: focal},{name: lq}'; lambda0 has the paper's",
      ).argParser(collect),
    )
    .option('--random <n>', 'instead of one key: n points drawn from --range and --choice', countArgument)
    .addOption(
      new Option('--range <key=low..high>', 'draw from a range; KEY=log:LOW..HIGH: evenly in the logarithm')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(new Option('--choice <key=a,b>', 'draw from a list').argParser(collect).default([], 'none'))
    .option('--search-seed <n>', 'of what is drawn', wholeArgument, 1)
    .option('--holdout <n>', 'training images held out for the choice; 0: choose on the test set', wholeArgument, 5000)
    .option('--seeds <n>', 'runs a value', countArgument, 1)
    .option('--final-seeds <n>', 'runs with the chosen value on all images; 0: none', wholeArgument, 3);
  withGridOptions(command).action((key: string | undefined, options: SweepOptions) => sweep(key, options, context));
};
