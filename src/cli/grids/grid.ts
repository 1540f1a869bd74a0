// Shared parts of the commands that run grids: options, progress, the table and the summary.
import { resolve } from 'node:path';
import pMap from 'p-map';
import { maxOpenFiles } from '../../common/files.js';
import { Option, type Command } from 'commander';
import { counted } from '../../common/format.js';
import { displayPath } from '../../config/find.js';
import { checkSplits } from '../../grids/check-splits.js';
import { measuredOn } from '../../grids/measured-images.js';
import { outcomeNotes, outcomeTable, writeOutcomes } from '../../grids/outcome-table.js';
import { rowOutcomes, type RowOutcome } from '../../grids/outcomes.js';
import type { CellOutcome } from '../../grids/executors/executor.js';
import { settingsText, type PointValues } from '../../grids/points.js';
import { runGrid } from '../../grids/run-grid.js';
import { cellName, findCell, type Cell } from '../../grids/store/store.js';
import { viewInList } from '../../grids/store/view.js';
import { requireStoreFolder } from '../../records/ownership.js';
import { asCalled } from '../as-called.js';
import type { CommandContext } from '../context.js';
import { columnsOf, foldedTable, wrapText } from '../terminal/fold.js';
import { detachedLine, gridFailure } from './end.js';
import { executorNames, lookOnce, openExecutors, type ExecutorOptions } from './executor.js';
import { gridProgress, type GridProgress } from './progress.js';
import { withOptionRules } from '../option-rules.js';
import { countArgument, secondsArgument } from '../options.js';
import { watchSignals, type SignalWatch } from '../terminal/signals.js';
import { printJson } from '../terminal/table.js';

export interface GridOptions extends ExecutorOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the options of every command that runs a grid. */
export function withGridOptions(command: Command): Command {
  const grid = command
    .option('--out <store>', 'folder of the runs; default: under runs/')
    .option('--jobs <n>', 'concurrent runs; default: 1 locally, no limit with Slurm', countArgument)
    .addOption(
      new Option('--executor <name>', 'local: processes of this machine; slurm: jobs of a cluster (docs/slurm.md)')
        .choices(executorNames)
        .default('local'),
    )
    .option('--detach', 'with Slurm: submit and return; the same command without it follows the jobs')
    .addOption(
      new Option('--poll <seconds>', 'interval of checking runs of other processes; default: 2, Slurm 10').argParser(
        secondsArgument(0.1, 3600),
      ),
    )
    .option('--dry-run', 'show the runs without starting them')
    .option('--json', 'print the outcome as JSON; everything else goes to stderr');
  return withOptionRules(grid, { '--detach': { needs: '--executor slurm' }, '--out': { fixes: 'output.dir' } });
}

/** Returns the store of a command: `--out`, else runs/<name>. */
export function storeOf(name: string, { out }: Pick<GridOptions, 'out'>, context: CommandContext): string {
  return resolve(context.workingDirectory, out ?? `runs/${name}`);
}

export interface GridRunner {
  /** Runs a grid in a store. Errors (usage), before anything runs: images that cannot be split as the configs say. */
  readonly run: (cells: readonly Cell[], root: string) => Promise<readonly CellOutcome[]>;
  readonly signals: SignalWatch;
  readonly progress: GridProgress;
}

/** Calls `work` with what it needs to run grids, and restores signals and terminal at the end. */
export async function withGridRunner<Result>(
  options: GridOptions,
  context: CommandContext,
  work: (runner: GridRunner) => Promise<Result>,
): Promise<Result> {
  const { now } = context;
  const progress = gridProgress({
    stream: options.json === true ? context.stderr : context.stdout,
    clock: context.clock,
  });
  const { executorFor, lookup, pollMilliseconds } = await openExecutors(options, context, progress.print);
  const signals = watchSignals(context);
  const going = options.executor === 'slurm' ? 'the jobs keep running' : 'the active runs write their checkpoints';
  const asked = (): void => progress.print(`${signals.requested()}: ${going}`);
  signals.aborted.addEventListener('abort', asked);
  try {
    const grid = { now, stop: signals.aborted, events: progress.events, pollMilliseconds, jobs: lookup };
    const run: GridRunner['run'] = async (cells, root) => {
      await requireStoreFolder(root);
      const checked = await checkSplits(cells, context, root);
      for (const note of checked.notes) progress.print(`warning: ${note}`);
      return runGrid(checked.cells, root, executorFor(cells, root), grid);
    };
    return await work({ run, signals, progress });
  } finally {
    signals.aborted.removeEventListener('abort', asked);
    progress.stop();
    signals.stop();
  }
}

interface GridListing {
  readonly cells: readonly Cell[];
  /** Folder of the store. */
  readonly root: string;
  readonly json?: boolean;
  /** The settings of each row, if the names of the rows do not show them. */
  readonly settings?: ReadonlyMap<string, PointValues>;
}

/** Lists the runs of a command and their progress. Errors (usage): images that cannot be split as configured. */
export async function listGrid({ cells, root, json, settings }: GridListing, context: CommandContext): Promise<void> {
  const { cells: known, notes } = await checkSplits(cells, context, root);
  for (const note of notes) context.stderr.write(`warning: ${note}\n`);
  const lookup = lookOnce(context);
  const rows = await pMap(
    known,
    async (cell) => {
      const stored = await findCell(root, cell);
      const view = stored && (await viewInList(root, stored.name, context.now, lookup));
      const { epochs, seed } = cell.config.training;
      const [name, state, done] = [stored?.name ?? cellName(cell), view?.state ?? 'planned', view?.epochsDone ?? 0];
      const set = settings?.get(cell.row);
      return { name, row: cell.row, ...(set && { settings: set }), seed, state, epochsDone: done, epochs };
    },
    { concurrency: maxOpenFiles },
  );
  if (json === true) return printJson(context, { store: root, runs: rows });
  const lines = rows.map(({ name, state, epochsDone, epochs, settings: set }) => [
    ...[name, state, `${epochsDone}/${epochs}`],
    ...(settings === undefined ? [] : [settingsText(set ?? {})]),
  ]);
  const left = rows.filter(({ state }) => state !== 'done').length;
  const width = columnsOf(context);
  context.stdout.write(
    `${foldedTable(['run', 'state', 'epochs', ...(settings === undefined ? [] : ['settings'])], lines, width)}\n`,
  );
  const total = `${counted(rows.length, 'run')}, ${left} not done yet, in ${displayPath(root, context.workingDirectory)}`;
  context.stdout.write(`${wrapText(total, width)}\n`);
}

/** A grid that ends with a table. */
export interface GridPlan {
  /** Title of outcomes.md. */
  readonly title: string;
  /** Title of the column with the rows' names. */
  readonly first: string;
  readonly cells: readonly Cell[];
  readonly root: string;
}

/** Formats the table of a grid with its notes for a width in columns; `measured`: the images of the errors. */
function outcomeText(rows: readonly RowOutcome[], first: string, measured: string, width: number): string {
  const table = outcomeTable(rows, first);
  const notes = outcomeNotes(rows, measured).map((note) => wrapText(note, Math.min(width, 100)));
  return [foldedTable(table.header, table.rows, width), '', ...notes].join('\n');
}

/** Returns the runs of a grid for `--json`. */
export function runsOf(outcomes: readonly CellOutcome[]) {
  return outcomes.map(({ cell, end, summary }) => ({
    ...{ name: cell.name, row: cell.row, seed: cell.config.training.seed, ...end },
    ...(summary === undefined ? {} : { summary }),
  }));
}

/**
 * Runs the grid of `command`, writes outcomes.csv and outcomes.md, prints the table. Errors: runs that failed, or a
 * signal.
 */
export async function runPlan(
  plan: GridPlan,
  options: GridOptions,
  context: CommandContext,
  command: Command,
): Promise<void> {
  const { title, first, cells, root } = plan;
  if (options.dryRun === true) return listGrid({ cells, root, json: options.json }, context);
  const { outcomes, signal } = await withGridRunner(options, context, async ({ run, signals }) => ({
    outcomes: await run(cells, root),
    signal: signals.requested(),
  }));
  const rows = rowOutcomes(outcomes);
  const measured = measuredOn(cells);
  await writeOutcomes(root, 'outcomes', { title, first, measured }, rows);
  if (options.json === true) {
    printJson(context, { store: root, rows, runs: runsOf(outcomes) });
  } else if (outcomes.some(({ summary }) => summary !== undefined)) {
    context.stdout.write(`\n${outcomeText(rows, first, measured, columnsOf(context))}\n`);
    context.stdout.write(`\nrun store  ${displayPath(root, context.workingDirectory)} (outcomes.csv, outcomes.md)\n`);
  }
  const call = { command, workingDirectory: context.workingDirectory };
  const left = signal === undefined ? detachedLine(outcomes, root, call) : undefined;
  if (left !== undefined)
    (options.json === true ? context.stderr : context.stdout).write(`${asCalled(left, context)}\n`);
  const failure = gridFailure(outcomes, root, signal, call);
  if (failure !== undefined) throw failure;
}
