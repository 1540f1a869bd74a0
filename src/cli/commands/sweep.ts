// `isda sweep`: tries values of config keys on held-out images, then trains with the best on all images.
import { Option, type Command } from 'commander';
import { someNames } from '../../common/format.js';
import { displayPath } from '../../config/find.js';
import type { CellOutcome } from '../../grids/executors/executor.js';
import { endedWithError } from '../../grids/executors/local.js';
import { measuredOn } from '../../grids/measured-images.js';
import { checkSplits } from '../../grids/check-splits.js';
import type { Cell } from '../../grids/store/store.js';
import { originNotes, outcomeTable, removeOutcomes, shortNote, writeOutcomes } from '../../grids/outcome-table.js';
import { rowOutcomes, type RowOutcome } from '../../grids/outcomes.js';
import { settingsText, type SweepPoint } from '../../grids/points.js';
import { choosePoint, measuredPoints, writeSweep, type MeasuredPoint } from '../../grids/sweep.js';
import { asCalled } from '../as-called.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { detachedLine, gridFailure } from '../grids/end.js';
import { listGrid, runsOf, withGridOptions, withGridRunner, type GridRunner } from '../grids/grid.js';
import {
  collect,
  countUpTo,
  gridConfigOption,
  maxRuns,
  printDefaultConfig,
  seedArgument,
  setOption,
  wholeArgument,
} from '../options.js';
import { readSweep, effectiveOptions, sweepCells, type Sweep, type SweepOptions } from '../grids/sweep-plan.js';
import { formatTable, printJson } from '../terminal/table.js';

const finalSeedsArgument = (value: string): number => (value === '0' ? 0 : countUpTo(maxRuns)(value));

/** The values of a point for people: the value alone of one key, `key=value` of several. */
function describe({ settings }: SweepPoint): string {
  const text = settingsText(settings);
  const [key, ...others] = Object.keys(settings);
  return others.length === 0 ? text.slice(key.length + 1) : text;
}

function sweepTable(points: readonly MeasuredPoint[], chosen: SweepPoint | undefined, first: string): string {
  const table = outcomeTable(
    points.map((point) => ({ ...point.outcome, row: describe(point) })),
    first,
  );
  const rows = table.rows.map((row, index) => [...row, points[index].name === chosen?.name ? 'chosen' : '']);
  const short = shortNote(points.map(({ outcome }) => outcome));
  return [formatTable([...table.header, ''], rows), ...(short === undefined ? [] : [short])].join('\n');
}

interface SweepCall {
  readonly plan: Sweep;
  readonly options: SweepOptions;
  /** Whether the choice is made on the plan's own validation images, since --holdout is not given. */
  readonly validates: boolean;
  readonly context: CommandContext;
  readonly command: Command;
  /** Prints for people: on stderr where --json has stdout. */
  readonly print: (text: string) => void;
}

function warnWithoutHoldout({ plan, options, validates, context }: SweepCall): void {
  if (options.holdout !== 0) return;
  const where = plan.validates ? 'the images of dataset.validationFraction' : 'the test set';
  const how = validates ? 'without --holdout' : 'with --holdout 0';
  context.stderr.write(
    `warning: ${how} the value is chosen on ${where}, so the error of the chosen value is underestimated\n`,
  );
}

/** What --dry-run prints. */
async function listSweep({ plan, options, context, print }: SweepCall, trials: readonly Cell[]): Promise<void> {
  const { finalSeeds, random, json } = options;
  const seeds = finalSeeds === 1 ? 'seed 1' : `seeds 1 to ${finalSeeds}`;
  const drawn = random === undefined ? undefined : new Map(plan.points.map((point) => [point.name, point.settings]));
  await listGrid({ cells: trials, root: plan.root, json, settings: drawn }, context);
  if (finalSeeds > 0) print(`then the chosen value on all images, on ${seeds}\n`);
}

/**
 * The trials that failed without an error of their own, as one that is killed: that says nothing about their values.
 */
async function interruptedTrials(tried: readonly CellOutcome[]): Promise<readonly CellOutcome[]> {
  const failed = tried.filter(({ end }) => end.state === 'failed');
  const named = await Promise.all(failed.map(({ cell }) => endedWithError(cell.folder)));
  return failed.filter((_, index) => !named[index]);
}

/**
 * Runs the trials, chooses, runs the chosen point on all images; gives the error that a failed run ends the command
 * with.
 */
async function runSweep(
  { plan, options, context, command, print }: SweepCall,
  { trials, finals }: ReturnType<typeof sweepCells>,
  { run, signals }: GridRunner,
): Promise<Error | undefined> {
  const { points, first, experiment, subjectOf, root } = plan;
  const call = { command, workingDirectory: context.workingDirectory };
  const tried = await run(trials, root);
  const rows = rowOutcomes(tried);
  const measured = measuredPoints(points, rows);
  const interrupted = await interruptedTrials(tried);
  const complete = interrupted.length === 0 && tried.every(({ end }) => end.state === 'done' || end.state === 'failed');
  const chosen = complete ? choosePoint(measured) : undefined;
  const choice = chosen && { name: chosen.name, settings: chosen.settings };
  const record = {
    experiment,
    ...subjectOf(chosen?.settings ?? {}),
    holdout: options.holdout,
    points: measured,
    chosen: choice,
  };
  // Until the final runs are there, nothing in the store is of this choice.
  await removeOutcomes(root, 'outcomes');
  await writeSweep(root, record);
  const selection = { title: `Sweep of ${experiment}`, first, measured: measuredOn(trials) };
  await writeOutcomes(root, 'selection', selection, rows);
  if (tried.some(({ summary }) => summary !== undefined)) {
    print(`\n${sweepTable(measured, chosen, first)}\n(error on ${measuredOn(trials)})\n\n`);
    for (const note of originNotes(rows)) print(`${note}\n\n`);
  }
  if (interrupted.length > 0) {
    const names = someNames(interrupted.map(({ cell }) => cell.name));
    print(`no value is chosen: ${names} ended without an error message, as a killed process does\n`);
  }
  const finalCells = chosen === undefined ? [] : finals.get(chosen.name)!;
  const finished = finalCells.length === 0 ? [] : await run(finalCells, root);
  const [final]: readonly (RowOutcome | undefined)[] = rowOutcomes(finished);
  if (final !== undefined) {
    const table = outcomeTable([final], 'final');
    await writeSweep(root, { ...record, final });
    const titles = { title: `Sweep of ${experiment}: chosen`, first, measured: measuredOn(finalCells) };
    await writeOutcomes(root, 'outcomes', titles, [final]);
    print(`\n${formatTable(table.header, table.rows)}\n(error on ${measuredOn(finalCells)})\n`);
  }
  const all = [...tried, ...finished];
  const left = signals.requested() === undefined ? detachedLine(all, root, call) : undefined;
  if (left !== undefined)
    print(
      `${asCalled(left, context)}${chosen === undefined && options.finalSeeds > 0 ? ', then chooses a value' : ''}\n`,
    );
  print(`\nrun store  ${displayPath(root, context.workingDirectory)} (sweep.json)\n`);
  if (options.json === true) {
    const answer = { store: root, ...record, final, runs: runsOf(all) };
    printJson(context, answer);
  }
  return gridFailure(all, root, signals.requested(), call);
}

async function sweep(
  key: string | undefined,
  given: SweepOptions,
  context: CommandContext,
  command: Command,
): Promise<void> {
  const plan = readSweep(key, given, context);
  const { options, validates } = effectiveOptions(plan, given, command);
  printDefaultConfig(command, options, context);
  const print = (text: string): void => void (options.json === true ? context.stderr : context.stdout).write(text);
  const call: SweepCall = { plan, options, validates, context, command, print };
  const cells = sweepCells(plan, options);
  warnWithoutHoldout(call);
  // With the chosen value there is no holdout; what cannot be run then is said before anything is tried.
  const [ofFirst = []] = cells.finals.values();
  await checkSplits(ofFirst, context);
  if (options.dryRun === true) {
    await listSweep(call, cells.trials);
    return;
  }
  const failure = await withGridRunner(options, context, (runner) => runSweep(call, cells, runner));
  if (failure !== undefined) throw failure;
}

/** Adds the argument and the options that say which sweep is meant. */
export function withSweepOptions(command: Command): Command {
  const grid = withGridOptions(
    command
      .argument('[key]', 'lambda0 (of ISDA), or any key of a config, such as optimizer.learningRate')
      .addOption(gridConfigOption())
      .addOption(setOption())
      .addOption(
        new Option(
          '--values <list>',
          "values as in 0.1,0.25 or '{name: focal},{name: lq}'; default for lambda0: the paper's",
        ).argParser(collect),
      )
      .option('--random <n>', 'instead of one key: n points drawn from --range and --choice', countUpTo(maxRuns))
      .addOption(
        new Option('--range <key=low..high>', 'draw uniformly from a range; log-uniformly with KEY=log:LOW..HIGH')
          .argParser(collect)
          .default([], 'none'),
      )
      .addOption(new Option('--choice <key=a,b>', 'draw from a list').argParser(collect).default([], 'none'))
      .option('--search-seed <n>', 'seed of the random points', seedArgument, 1)
      .option(
        '--holdout <n>',
        'training images held out for the choice; 0, the default with dataset.validationFraction: choose on the evaluation images of the final runs',
        wholeArgument,
        5000,
      )
      .option('--seeds <n>', 'runs per value', countUpTo(maxRuns), 1)
      .option('--final-seeds <n>', 'runs with the chosen value on all images; 0: none', finalSeedsArgument, 3),
  );
  return withOptionRules(grid, {
    '--values': { excludes: ['--random'] },
    '--range': { needs: '--random' },
    '--choice': { needs: '--random' },
    '--search-seed': { needs: '--random' },
    '--seeds': { fixes: 'training.seed' },
    '--holdout': { fixes: 'dataset.holdout' },
  });
}

export const registerSweep: RegisterCommand = (program, context) => {
  const command = program
    .command('sweep')
    .addHelpText('after', example('lambda0 --values 0.1,0.25,0.5'))
    .description('try values of a config key on held-out training images, then train with the best on all images');
  withSweepOptions(command).action((key: string | undefined, options: SweepOptions, parsed: Command) =>
    sweep(key, options, context, parsed),
  );
};
